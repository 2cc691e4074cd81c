// Values with which a statement does as much as it can on the filled database, so that it can be run where it was only planned. Found by
// trying: what each parameter is compared with or inserted into says where to take it from.

const TRIES = 160;
/** Of the tries, so many change one value of the best so far. */
const MUTATED = 0.6;

const TIMES = [
  '2026-01-01T00:00:30Z',
  '2026-01-01T12:00:00Z',
  '2026-01-05T00:00:00Z',
  '2026-02-01T00:00:00Z',
];
const BY_TYPE = {
  bigint: ['1', '5', '12', '40', '1000', '9000000001', '9000000002', '9000000003'],
  integer: [1, 5, 20, 100, 1000],
  smallint: [1, 5],
  boolean: [true, false],
  'timestamp with time zone': TIMES,
  interval: ['1 minute', '1 day'],
  numeric: [1, 60],
  'double precision': [1, 60],
  date: ['2026-01-01'],
  jsonb: ['[]', '{}', '[{"method":"pwd"}]'],
  json: ['[]', '{}'],
  uuid: ['6f1d3f0e-6a2b-4c55-9d0c-0a4f6a9b1c2d'],
};
/** Of columns that do not say it by what is in them. */
const BY_COLUMN = {
  user_agent: ['agent'],
  language: ['en'],
  client_address: ['192.0.2.1'],
  network: ['192.0.2.0/24'],
};

/** A stream of chances that a number decides: the same values each time. */
function chances(seed) {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor(((state >>> 8) / 16_777_216) * count);
  };
}

/** What each column holds or may hold: of its rows, and of the lists in its checks. */
export async function columnsOf(client) {
  const known = new Map();
  const add = (column, values) =>
    known.set(column, [...new Set([...(known.get(column) ?? []), ...values])].slice(0, 30));
  const { rows: columns } = await client.query(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type IN ('text', 'bigint')`,
  );
  for (const { table_name: table, column_name: column } of columns) {
    const { rows } = await client.query(
      `SELECT DISTINCT v FROM (SELECT "${column}"::text AS v FROM "${table}" LIMIT 2000) x WHERE v IS NOT NULL ORDER BY v LIMIT 8`,
    );
    add(
      column,
      rows.map(({ v }) => v),
    );
  }
  const { rows: checks } = await client.query(
    `SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'c'`,
  );
  for (const { def } of checks) {
    const [, column] = /\((\w+) = ANY/.exec(def) ?? [];
    if (column)
      add(
        column,
        [...def.matchAll(/'([^']*)'::text/g)].map(([, word]) => word),
      );
  }
  return known;
}

/** What each parameter is about: the column that it is compared with, named as, or inserted into. */
function columnOfEach(text) {
  const about = new Map();
  for (const [, column, number] of text.matchAll(/\b(\w+) (?:=|IN|<>|>|<|<=|>=) \(?\$(\d+)/g))
    about.set(number, column);
  for (const [, number, column] of text.matchAll(/\$(\d+)(?:::[\w[\]]+)?\)? AS (\w+)/g))
    about.set(number, column);
  for (const [, names, values] of text.matchAll(
    /INSERT INTO \w+(?: AS \w+)? \(([^)]*)\)\s*(?:SELECT|VALUES \()\s*([^;]*)/g,
  )) {
    const columns = names.split(',').map((name) => name.trim());
    split(values).forEach((value, index) => {
      const [, number] = /^\(?\$(\d+)(?:::[\w[\]]+)?\)?\s*$/.exec(value.trim()) ?? [];
      if (number && columns[index]) about.set(number, columns[index]);
    });
  }
  return about;
}

/** At commas that are in no bracket, up to FROM. */
function split(list) {
  const parts = [''];
  let depth = 0;
  for (const token of list.split(/([(),]|\bFROM\b|\bON CONFLICT\b)/)) {
    if (depth === 0 && /^(FROM|ON CONFLICT)$/.test(token)) break;
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth < 0) break;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

function candidates(type, column, columns) {
  const array = /^(.*)\[\]$/.exec(type);
  if (array)
    return candidates(array[1], column, columns)
      .map((value) => [value])
      .concat([[]]);
  const own = BY_COLUMN[column] ?? columns.get(column) ?? columns.get(`${column}_hash`) ?? [];
  if (type === 'bigint') return [...own.filter((value) => /^\d+$/.test(value)), ...BY_TYPE.bigint];
  if (type === 'text') return own.length ? [...own, 'another'] : ['1', '5', 'email', 'none', 'a', 'b'];
  return BY_TYPE[type] ?? ['1'];
}

/** The more rows a statement changes the better, then whether it answers any; -1 when it is refused. All is undone. */
async function scoreOf(client, query) {
  const written = `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int AS n FROM pg_stat_xact_user_tables`;
  const writes = async () => (await client.query(written)).rows[0].n;
  await client.query('BEGIN');
  try {
    const before = await writes();
    const { rows } = await client.query(query);
    return ((await writes()) - before) * 10 + (rows.length ? 1 : 0);
  } catch {
    return -1;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** The best values that were found, or null where the statement was refused with all of them. `seed`: decides what is tried. */
export async function valuesFor(client, text, columns, seed) {
  const types = await typesOf(client, text);
  const about = columnOfEach(text);
  const choices = types.map((type, index) => candidates(type, about.get(String(index + 1)), columns));
  const chance = chances(seed);
  const pick = (list) => list[chance(list.length)];
  let best = null;
  for (let tries = 0; tries < (choices.length ? TRIES : 1); tries += 1) {
    const values = best && chance(100) < MUTATED * 100 ? [...best.values] : choices.map(pick);
    const at = chance(choices.length || 1);
    if (choices.length) values[at] = pick(choices[at]);
    const score = await scoreOf(client, { text, values });
    if (score > (best?.score ?? -1)) best = { values, score };
  }
  return best?.values ?? null;
}

async function typesOf(client, text) {
  await client.query(`PREPARE looked_at AS ${text}`);
  const question = `SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'looked_at'`;
  const { rows } = await client.query(question);
  await client.query('DEALLOCATE looked_at');
  return rows[0].types;
}

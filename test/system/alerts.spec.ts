import { spawnSync } from 'node:child_process';

const PROMTOOL = process.env['PROMTOOL_PATH'] ?? '/usr/bin/promtool';

/** The alert rules, by Prometheus' own tool (Debian's package `prometheus`). */
describe('the alert rules', () => {
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };

  it('are rules that Prometheus takes', () => {
    expect(promtool('check', 'rules', 'ops/prometheus/alerts.yml')).toEqual({
      status: 0,
      said: expect.stringContaining('12 rules found'),
    });
  });

  it('fire beyond their thresholds, and not at them', () => {
    expect(promtool('test', 'rules', 'ops/prometheus/alerts.test.yml')).toEqual({
      status: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });
});

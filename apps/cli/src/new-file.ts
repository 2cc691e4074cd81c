import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { OperatorError } from '@app/administration';
import { written, type Terminal } from './terminal.js';

type Write = (text: string) => Promise<void>;

const OWNER_ALONE = 0o600;

/** A file with what people are told in confidence. */
export const NewFile = {
  /**
   * Has `work` write to a new file that its owner alone may read, or, where none is named, to standard output. It is there by its name when
   * it is whole; what a command leaves that was broken off is called `<file>.part`.
   *
   * @throws OperatorError where there is such a file already
   */
  async written(
    file: string | undefined,
    terminal: Terminal,
    work: (write: Write) => Promise<void>,
  ): Promise<void> {
    if (file === undefined) return work(async (text) => terminal.out(text));
    await refuseExisting(file);
    const part = `${file}.part`;
    await rm(part, { force: true });
    const stream = createWriteStream(part, { flags: 'wx', mode: OWNER_ALONE });
    // What goes wrong is said by the write.
    stream.on('error', () => undefined);
    try {
      await work((text) => written(stream, text));
      await once(stream.end(), 'finish');
      await rename(part, file);
    } catch (error) {
      stream.destroy();
      await rm(part, { force: true });
      throw error;
    }
  },
};

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new OperatorError(`There is a file ${file} already.`);
}

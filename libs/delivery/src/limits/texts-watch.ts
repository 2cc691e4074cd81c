import { Injectable, Logger } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, sql } from '@app/database';
import { ALL_TEXTS } from './send-counts.js';

/** From this part of a day's texts on somebody should look: it is dear, and beyond it nobody is sent one. */
const NEAR = 0.8;

/** How many texts went out of the window that is open, and how many may. */
export interface TextsUsed {
  texts: number;
  limit: number;
}

interface Counted {
  counted: string;
  texts: number;
  window_ends_at: Date;
}

/** Says that the texts of a day are nearly used up, once in their window. */
@Injectable()
export class TextsWatch {
  private readonly logger = new Logger('Texts');
  /** The ends of the windows that were spoken of. */
  private readonly said = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async used(now: Date): Promise<TextsUsed> {
    const [all] = await this.windows(now, ALL_TEXTS);
    return { texts: all?.texts ?? 0, limit: this.config.recipients.texts };
  }

  async look(now: Date): Promise<void> {
    const { texts, textsToCountry } = this.config.recipients;
    for (const window of await this.windows(now, `${ALL_TEXTS}%`)) {
      const isAll = window.counted === ALL_TEXTS;
      const limit = isAll ? texts : textsToCountry;
      const ends = window.window_ends_at.getTime();
      if (window.texts < limit * NEAR || this.said.get(window.counted) === ends) continue;
      this.said.set(window.counted, ends);
      const variable = isAll ? 'SMS_DAILY_LIMIT' : 'SMS_COUNTRY_DAILY_LIMIT';
      this.logger.warn(
        `${window.texts} of ${limit} ${window.counted} are used until ${window.window_ends_at.toISOString()} (${variable})`,
      );
    }
  }

  private windows(now: Date, like: string): Promise<Counted[]> {
    return this.database.rows<Counted>(sql`
      SELECT counted, for_anybody + for_owners AS texts, window_ends_at FROM send_counts
      WHERE counted LIKE ${like} AND window_ends_at > ${now}::timestamptz ORDER BY counted`);
  }
}

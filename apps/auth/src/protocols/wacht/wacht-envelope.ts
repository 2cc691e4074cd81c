import type { WachtErrorEntryDto, WachtSession } from './wacht-session.dto.js';

/** What every answer of this protocol is wrapped in. */
export interface WachtEnvelope<Data> {
  status: number;
  message: string;
  data: Data;
  session: WachtSession;
  errors: WachtErrorEntryDto[];
}

export function succeed<Data>(data: Data, session: WachtSession): WachtEnvelope<Data> {
  return { status: 200, message: '', data, session, errors: [] };
}

/** The colours of pages and mails, as CSS writes them in hexadecimal. */
export interface Colours {
  /** Behind the card. */
  ground: string;
  /** The card. */
  paper: string;
  ink: string;
  /** Of what is less important. */
  quiet: string;
  /** Around fields. */
  edge: string;
  /** Of buttons and links. */
  accent: string;
  /** What stands on a button. */
  onAccent: string;
  /** Beside what went wrong. */
  alarm: string;
}

export interface Theme {
  light: Colours;
  dark: Colours;
}

export const COLOURS: Theme = {
  light: {
    ground: '#f1f3f5',
    paper: '#ffffff',
    ink: '#1b1d21',
    quiet: '#4a505a',
    edge: '#767c87',
    accent: '#1b4fd8',
    onAccent: '#ffffff',
    alarm: '#b3261e',
  },
  dark: {
    ground: '#16181c',
    paper: '#22252b',
    ink: '#f2f3f5',
    quiet: '#b4b8c0',
    edge: '#8b919c',
    accent: '#8fb0ff',
    onAccent: '#101216',
    alarm: '#ffb4ab',
  },
};

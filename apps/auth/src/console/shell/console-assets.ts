import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { markup, Speeches, type Markup } from '@app/pages';
import { CHARTS_SCRIPT } from './charts-script.js';
import { consoleStyle } from './console-style.js';

export interface Asset {
  type: string;
  content: string;
}

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const PICO = 'css/pico.classless.min.css';
const DIGITS = 16;

/** Packages are found as Node finds them: in `node_modules` beside the sources, the build and the image alike. */
const fileBeside = (specifier: string, name: string): Promise<string> =>
  readFile(join(dirname(createRequire(import.meta.url).resolve(specifier)), name), 'utf8');

/** The style sheets and scripts of the console: files of two libraries and our own, each under a name that changes with what it holds. */
@Injectable()
export class ConsoleAssets implements OnModuleInit {
  private readonly assets = new Map<string, Asset>();
  private names: Record<'pico' | 'own' | 'chart' | 'charts', string> = {
    pico: '',
    own: '',
    chart: '',
    charts: '',
  };

  constructor(private readonly speeches: Speeches) {}

  /** The colours of the operator's own theme, where there is one. */
  async onModuleInit(): Promise<void> {
    const { look } = await this.speeches.of('en');
    this.names = {
      pico: this.add('pico.css', CSS, await fileBeside('@picocss/pico/package.json', PICO)),
      own: this.add('console.css', CSS, consoleStyle(look)),
      chart: this.add('chart.js', SCRIPT, await fileBeside('chart.js', 'chart.umd.min.js')),
      charts: this.add('charts.js', SCRIPT, CHARTS_SCRIPT),
    };
  }

  /** Undefined: there is none of this name. */
  of(name: string): Asset | undefined {
    return this.assets.get(name);
  }

  links(base: string, charts: boolean): Markup {
    const [path, { pico, own, chart, charts: drawn }] = [`${base}/console/assets`, this.names];
    const scripts = markup`
<script src="${path}/${chart}" defer></script>
<script src="${path}/${drawn}" defer></script>`;
    return markup`<link rel="stylesheet" href="${path}/${pico}">
<link rel="stylesheet" href="${path}/${own}">${charts ? scripts : ''}`;
  }

  private add(name: string, type: string, content: string): string {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, DIGITS);
    const hashed = name.replace('.', `.${hash}.`);
    this.assets.set(hashed, { type, content });
    return hashed;
  }
}

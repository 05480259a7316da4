// Practice books: a copy for each visit, served to it; acts typed as commands; and what a book has kept of either.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';

/** The time at which commands are typed: the practice year's last day. */
const NOW = '2021-03-31T12:00';

export class Book {
  /** A copy of a practice book that nobody has open. */
  constructor(baara, practice, name) {
    Object.assign(this, { baara, folder: `${practice}-${name}` });
    cpSync(practice, this.folder, { recursive: true });
  }

  /** Serves the book; gives the address of its pages. */
  async serve() {
    this.serving = spawn(this.baara, ['demo', '--listen', '127.0.0.1:0', '--book', this.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: this.serving.stdout })) {
      const address = line.match(/http:\/\/[^\s/]+/);
      if (address) return address[0];
    }
    throw new Error('the book is not served');
  }

  /** Ends the serving. */
  async end() {
    if (!this.serving) return;
    const ended = new Promise(resolve => this.serving.on('exit', resolve));
    this.serving.kill();
    await ended;
  }

  run(...words) {
    const ran = spawnSync(this.baara, ['--book', this.folder, ...words], { encoding: 'utf8' });
    assert.ok([0, 1].includes(ran.status), `${words.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** Types a line, `PERSON COMMAND …`: `$seq` is the entry of the line before. Gives what the command answers. */
  type(line) {
    const words = line.replaceAll('$seq', this.seq).match(/"[^"]*"|\S+/g).map(word => word.replaceAll('"', ''));
    const answer = JSON.parse(this.run('--as', words[0], '--now', NOW, '--json', ...words.slice(1)));
    this.seq = answer.seq ?? this.seq;
    return answer;
  }

  /** The entries from one on, without what differs from book to book: times, hashes, ids of sendings. */
  entries(from) {
    const file = `${this.folder}.jsonl`;
    this.run('export', '--format', 'jsonl', '--to', file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(from);
    return lines.map(line => {
      const { prev, id, at, hlc, ...rest } = JSON.parse(line);
      return JSON.stringify(rest).replace(/[0-9a-f]{64}/g, '…');
    });
  }
}

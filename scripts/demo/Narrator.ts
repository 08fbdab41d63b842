/** Tells the story line by line, with the seconds since its beginning. */
export class Narrator {
  readonly #startedAt = performance.now();
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  chapter(title: string): void {
    this.#write(`\n${title}\n`);
  }

  say(line: string): void {
    this.#write(`${this.seconds.toFixed(1).padStart(6)} s  ${line}\n`);
  }

  plain(text: string): void {
    this.#write(`${text}\n`);
  }
}

import type { Session } from "./Session.js";

/** An option of a verb. Without `required`, `default` or `flag` it may be left out and is undefined then. */
export interface Option {
  readonly description: string;
  readonly flag?: true;
  readonly required?: true;
  readonly default?: string;
  /** Also taken without its name, as the word behind the verb; `--help` shows it under this one. */
  readonly positional?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What a verb gets for its options. */
export type Values<Given extends Options> = {
  readonly [Name in keyof Given]: Given[Name] extends { flag: true }
    ? boolean
    : Given[Name] extends { required: true } | { default: string }
      ? string
      : string | undefined;
};

/** The action of a verb. */
export type Verb<Given extends Options> = (session: Session, values: Values<Given>) => Promise<void>;

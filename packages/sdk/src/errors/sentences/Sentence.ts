/**
 * What a custom error means, and what to do about it. `{argument}` stands for the error's argument of that name,
 * `{argument:unit}` for the same in a unit that people read.
 */
export type Sentence = readonly [what: string, todo: string];

/** Sentences by the error's name. */
export type Sentences = Readonly<Record<string, Sentence>>;

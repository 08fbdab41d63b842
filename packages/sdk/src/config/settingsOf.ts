import { z } from "zod";

/** A field of a config, for people. */
export interface Setting {
  /** Its place, such as `policy.leases.minRate`. */
  readonly name: string;
  /** What it is if left out; undefined if the schema has no default of its own. */
  readonly fallback: string | undefined;
  readonly isRequired: boolean;
  readonly about: string;
}

/**
 * The fields of a config in the order of its schema, those of objects in it one by one. What they are for is what the
 * schema describes them with. @throws TypeError for a field without a description: its schema is not finished
 */
export function settingsOf(schema: z.ZodObject, path = ""): readonly Setting[] {
  return Object.entries(schema.shape).flatMap(([key, field]): readonly Setting[] => {
    const name = `${path}${key}`;
    const { core, fallback, isRequired, about } = unwrapped(field as z.ZodType);
    if (core instanceof z.ZodObject) return settingsOf(core, `${name}.`);
    if (about === undefined) throw new TypeError(`${name} has no description`);
    return [{ name, fallback, isRequired, about }];
  });
}

/** The object that a field holds, or a list of such; undefined for others. */
export function objectOf(field: z.ZodType): z.ZodObject | undefined {
  const { core } = unwrapped(field);
  const item = core instanceof z.ZodArray ? unwrapped(core.element as z.ZodType).core : core;
  return item instanceof z.ZodObject ? item : undefined;
}

interface Unwrapped {
  readonly core: z.ZodType;
  readonly fallback: string | undefined;
  readonly isRequired: boolean;
  readonly about: string | undefined;
}

/** A field without defaults and conversions round it, and what those say. */
function unwrapped(field: z.ZodType): Unwrapped {
  const about = field.description;
  if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault) {
    const inner = unwrapped(field.unwrap() as z.ZodType);
    return { ...inner, about: about ?? inner.about, fallback: textOf(field.def.defaultValue), isRequired: false };
  }
  if (field instanceof z.ZodOptional) {
    const inner = unwrapped(field.unwrap() as z.ZodType);
    return { ...inner, about: about ?? inner.about, isRequired: false };
  }
  if (field instanceof z.ZodPipe) {
    const inner = unwrapped(field.in as z.ZodType);
    return { ...inner, about: about ?? inner.about };
  }
  return { core: field, fallback: undefined, isRequired: true, about };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The parts of a glTF file's JSON that say where its numbers lie. */
export interface GltfJson {
  readonly buffers?: readonly { readonly uri?: string; readonly byteLength?: number }[];
  readonly bufferViews?: readonly {
    readonly buffer?: number;
    readonly byteOffset?: number;
    readonly byteLength?: number;
    readonly byteStride?: number;
  }[];
  readonly accessors?: readonly {
    readonly bufferView?: number;
    readonly byteOffset?: number;
    readonly componentType?: number;
    readonly count?: number;
    readonly type?: string;
  }[];
}

const COMPONENT_BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };

const COMPONENTS: Readonly<Record<string, number>> = {
  ...{ SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4 },
  ...{ MAT2: 4, MAT3: 9, MAT4: 16 },
};

/**
 * What is wrong with the places that a file's numbers are said to lie at; undefined if every one of them is there.
 *
 * @param heldBytes bytes that the file holds of a buffer
 */
export function brokenReference(json: GltfJson, heldBytes: (buffer: number) => number): string | undefined {
  const [buffers, views] = [json.buffers ?? [], json.bufferViews ?? []];
  for (const [i, view] of views.entries()) {
    const at = view.buffer ?? -1;
    if (buffers[at] === undefined) return `part ${i} of its data lies in buffer ${at} of ${buffers.length}`;
    const end = (view.byteOffset ?? 0) + (view.byteLength ?? Number.NaN);
    if (!(end <= heldBytes(at))) return `part ${i} of its data ends at byte ${end} of ${heldBytes(at)}`;
  }
  for (const [i, accessor] of (json.accessors ?? []).entries()) {
    const [each, components] = [COMPONENT_BYTES[accessor.componentType ?? 0], COMPONENTS[accessor.type ?? ""]];
    const { count = -1, byteOffset = 0 } = accessor;
    if (each === undefined || components === undefined)
      return `accessor ${i} is of type ${accessor.componentType} ${accessor.type}`;
    if (!Number.isInteger(count) || count < 1) return `accessor ${i} has ${count} elements`;
    if (accessor.bufferView === undefined) continue;
    const view = views[accessor.bufferView];
    if (view === undefined) return `accessor ${i} lies in part ${accessor.bufferView} of ${views.length}`;
    const size = each * components;
    const end = byteOffset + (count - 1) * (view.byteStride ?? size) + size;
    if (!(byteOffset >= 0 && end <= (view.byteLength ?? 0)))
      return `accessor ${i} ends at byte ${end} of ${view.byteLength}`;
  }
  return undefined;
}

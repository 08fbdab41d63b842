/** The parts of a glTF file's JSON that name others, or say where its numbers lie. */
export interface GltfJson {
  readonly scene?: number;
  readonly scenes?: readonly { readonly nodes?: readonly number[] }[];
  readonly nodes?: readonly { readonly mesh?: number; readonly children?: readonly number[] }[];
  readonly meshes?: readonly { readonly primitives?: readonly PrimitiveJson[] }[];
  readonly materials?: readonly unknown[];
  readonly buffers?: readonly { readonly uri?: string; readonly byteLength?: number }[];
  readonly bufferViews?: readonly ViewJson[];
  readonly accessors?: readonly AccessorJson[];
}

interface PrimitiveJson {
  readonly attributes?: Readonly<Record<string, number>>;
  readonly indices?: number;
  readonly material?: number;
}

interface ViewJson {
  readonly buffer?: number;
  readonly byteOffset?: number;
  readonly byteLength?: number;
  readonly byteStride?: number;
}

interface AccessorJson {
  readonly bufferView?: number;
  readonly byteOffset?: number;
  readonly componentType?: number;
  readonly count?: number;
  readonly type?: string;
  /** Elements that differ from those of the part, or from zero. */
  readonly sparse?: { readonly count?: number; readonly indices?: PlaceJson; readonly values?: PlaceJson };
}

interface PlaceJson {
  readonly bufferView?: number;
  readonly byteOffset?: number;
  readonly componentType?: number;
}

const COMPONENT_BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };

const COMPONENTS: Readonly<Record<string, number>> = {
  ...{ SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4 },
  ...{ MAT2: 4, MAT3: 9, MAT4: 16 },
};

/** Types that indices can have: whole numbers without a sign. */
const INDEX_TYPES: readonly unknown[] = [5121, 5123, 5125];

/**
 * What is wrong with what a file's parts name, and with the places that its numbers are said to lie at; undefined if
 * everything is there. The reader would leave out what is missing, and draw something else.
 *
 * @param heldBytes bytes that the file holds of a buffer
 */
export function brokenReference(json: GltfJson, heldBytes: (buffer: number) => number): string | undefined {
  return brokenName(json) ?? brokenView(json, heldBytes) ?? brokenAccessor(json);
}

function brokenName({
  scene,
  scenes = [],
  nodes = [],
  meshes = [],
  materials = [],
  accessors = [],
}: GltfJson): string | undefined {
  const names = [
    named("the file", scene, "scene", scenes),
    ...scenes.flatMap((each, i) => (each.nodes ?? []).map((node) => named(`scene ${i}`, node, "node", nodes))),
    ...nodes.flatMap(({ mesh, children = [] }, i) => [
      named(`node ${i}`, mesh, "mesh", meshes),
      ...children.map((child) => named(`node ${i}`, child, "node", nodes)),
    ]),
    ...meshes.flatMap(({ primitives = [] }, i) =>
      primitives.flatMap(({ attributes = {}, indices, material }) => [
        ...Object.values(attributes).map((at) => named(`mesh ${i}`, at, "accessor", accessors)),
        named(`mesh ${i}`, indices, "accessor", accessors),
        named(`mesh ${i}`, material, "material", materials),
      ]),
    ),
  ];
  for (const { of, name, what, list } of names)
    if (name !== undefined && list[name] === undefined) return `${of} names ${what} ${name} of ${list.length}`;
  for (const [i, { primitives = [] }] of meshes.entries())
    for (const { indices } of primitives) {
      const { type, componentType } = accessors[indices ?? -1] ?? { type: "SCALAR", componentType: INDEX_TYPES[0] };
      if (type !== "SCALAR" || !INDEX_TYPES.includes(componentType))
        return `mesh ${i} has indices of type ${String(componentType)} ${type}`;
    }
  return undefined;
}

interface Named {
  readonly of: string;
  readonly name: number | undefined;
  readonly what: string;
  readonly list: readonly unknown[];
}

function named(of: string, name: number | undefined, what: string, list: readonly unknown[]): Named {
  return { of, name, what, list };
}

function brokenView(
  { buffers = [], bufferViews = [] }: GltfJson,
  heldBytes: (buffer: number) => number,
): string | undefined {
  for (const [i, view] of bufferViews.entries()) {
    const at = view.buffer ?? -1;
    if (buffers[at] === undefined) return `part ${i} of its data lies in buffer ${at} of ${buffers.length}`;
    const end = (view.byteOffset ?? 0) + (view.byteLength ?? Number.NaN);
    if (!(end <= heldBytes(at))) return `part ${i} of its data ends at byte ${end} of ${heldBytes(at)}`;
  }
  return undefined;
}

function brokenAccessor({ bufferViews = [], accessors = [] }: GltfJson): string | undefined {
  for (const [i, accessor] of accessors.entries()) {
    const { count = -1, componentType = 0, type = "", sparse } = accessor;
    const [each, components] = [COMPONENT_BYTES[componentType], COMPONENTS[type]];
    if (each === undefined || components === undefined)
      return `accessor ${i} is of type ${accessor.componentType} ${accessor.type}`;
    if (!Number.isInteger(count) || count < 1) return `accessor ${i} has ${count} elements`;
    const size = each * components;
    const broken = accessor.bufferView === undefined ? undefined : overrun(bufferViews, accessor, count, size);
    if (broken !== undefined) return `accessor ${i} ${broken}`;
    if (sparse === undefined) continue;
    const { count: few = -1, indices = {}, values = {} } = sparse;
    if (!Number.isInteger(few) || few < 1 || few > count) return `accessor ${i} has ${few} sparse elements of ${count}`;
    if (!INDEX_TYPES.includes(indices.componentType))
      return `accessor ${i} has sparse indices of type ${indices.componentType}`;
    const indexBytes = COMPONENT_BYTES[indices.componentType ?? 0] ?? 0;
    const sparsely = overrun(bufferViews, indices, few, indexBytes) ?? overrun(bufferViews, values, few, size);
    if (sparsely !== undefined) return `the sparse part of accessor ${i} ${sparsely}`;
  }
  return undefined;
}

/** How a list of elements leaves the part that it lies in. */
function overrun(views: readonly ViewJson[], place: PlaceJson, count: number, size: number): string | undefined {
  const { bufferView = -1, byteOffset = 0 } = place;
  const view = views[bufferView];
  if (view === undefined) return `lies in part ${bufferView} of ${views.length}`;
  const end = byteOffset + (count - 1) * (view.byteStride ?? size) + size;
  return byteOffset >= 0 && end <= (view.byteLength ?? 0) ? undefined : `ends at byte ${end} of ${view.byteLength}`;
}

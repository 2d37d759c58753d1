import { dumpFormatOf, isUnpruned, type DumpFormat, type SparseModelMetadata } from '@ds/bench-models';

const tablesOf: Record<DumpFormat, string> = {
  dense: 'written as a checkpoint with its embedding tables dense (pruned values are zeros)',
  sparse:
    'written as a checkpoint with its embedding tables sparse (only the kept blocks and bitmaps of them)',
  both:
    'written as a checkpoint with its embedding tables dense (pruned values are zeros), and as one with its embedding ' +
    'tables sparse (only the kept blocks and bitmaps of them)',
};

/** How the sizes were measured, as far as the table says. */
export function sizeNotes(sizes: readonly SparseModelMetadata[]): string {
  const formats = [...new Set(sizes.map(dumpFormatOf))];
  const exact = sizes.every(({ bytes }) => bytes !== undefined);
  const tableCounts = [...new Set(sizes.flatMap(({ tables }) => tables ?? []))];
  const kept = sizes.filter(({ path, sparsePath }) => path !== undefined || sparsePath !== undefined).length;
  const isBaseline = sizes.every((row) => row.sparsityLevel !== 0 || isUnpruned(row));
  const packed = formats.includes('both') ? 'each packed into a deflated zip' : 'packed into a deflated zip';
  return (
    `Each model of the grid is pruned, ${formats.map((format) => tablesOf[format]).join(' or ')} ` +
    `and ${packed}; the size is that of the zip file${
      exact ? ' in bytes' : ', in whole MiB rounded down if the table has no bytes'
    }.${kept === sizes.length ? '' : ` ${notKept(sizes.length - kept, sizes.length)}`}${isBaseline ? ' Models pruned to level 0 are the unpruned model in the same packing.' : ''}${
      tableCounts.length > 0 ? ` Pruned were ${tableCounts.join(' or ')} embedding tables.` : ''
    }`
  );
}

function notKept(count: number, all: number): string {
  return `${count === all ? 'The' : `${count} of the ${all}`} zips were not kept, only their bytes were counted.`;
}

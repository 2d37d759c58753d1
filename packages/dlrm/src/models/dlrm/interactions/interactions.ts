import { cat } from './cat.js';
import { dot, dotWithItself } from './dot.js';
import { keptDot } from './kept-dot.js';
import type { Interaction, InteractionFlags, VectorSizes } from './interaction.js';

/** Every interaction with its flags, in the order in which a width is looked up. */
const interactions: readonly { flags: InteractionFlags; interaction: Interaction }[] = [
  { flags: {}, interaction: dot },
  { flags: { archInteractionItself: true }, interaction: dotWithItself },
  { flags: { archInteractionOp: 'cat' }, interaction: cat },
];

/** The interaction of a config. As in the original, `archInteractionItself` has no effect with `cat`. */
export function interactionOf({
  archInteractionOp = 'dot',
  archInteractionItself = false,
  keptFeatures,
}: InteractionFlags & { keptFeatures?: readonly number[] | undefined }): Interaction {
  if (keptFeatures) return keptDot(keptFeatures);
  if (archInteractionOp === 'cat') return cat;
  return archInteractionItself ? dotWithItself : dot;
}

/** The flags of every interaction with this width. */
function flagsOfWidth(width: number, sizes: VectorSizes): InteractionFlags[] {
  return interactions
    .filter(({ interaction }) => interaction.width(sizes) === width)
    .map(({ flags }) => flags);
}

/** Whether both `dot` and `cat` have the width of a config's interaction. */
export function isAmbiguous(config: InteractionFlags, sizes: VectorSizes): boolean {
  return flagsOfWidth(interactionOf(config).width(sizes), sizes).length > 1;
}

/**
 * The flags of the interaction with this width and the given `op`; those of `dot` if there is none.
 *
 * @throws Error if several fit and no `op` is given
 */
export function interactionOfWidth(
  width: number,
  sizes: VectorSizes,
  op: InteractionFlags['archInteractionOp'],
): InteractionFlags {
  const fitting = flagsOfWidth(width, sizes);
  const [first, ...others] = fitting.filter((flags) => !op || (flags.archInteractionOp ?? 'dot') === op);
  if (others.length > 0) {
    throw new Error(
      `top_l.0.weight: ${width} inputs are what both --arch-interaction-op=dot and cat give: say which with ` +
        '--arch-interaction-op, or write it into the file with dlrm convert --arch-interaction-op',
    );
  }
  return first ?? (op === 'cat' ? { archInteractionOp: op } : {});
}

/** Whether a config has `dot` without the vectors' products with themselves. */
export function isPlainDot({ archInteractionOp = 'dot', archInteractionItself = false }: InteractionFlags) {
  return archInteractionOp === 'dot' && !archInteractionItself;
}

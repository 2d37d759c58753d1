import type { BadField } from '../bad-field.js';
import { deflateCategories, type NumberedPiece } from '../deflate/deflate-categories.js';
import type { DeflatedParts } from '../deflate/deflate-arrays.js';
import { parsePiece, type ParsedPiece } from './parse-piece.js';
import type { Lines } from '../lines/read-lines.js';

/** The input of a stage: a piece to parse, or a piece whose categories have ids, to deflate. */
export type StageInput = Lines | { numbered: NumberedPiece };
export type StageOutput = { parsed: ParsedPiece | BadField } | { deflated: DeflatedParts };

/** Runs one stage of one piece. */
export function runStage(input: StageInput): StageOutput {
  return 'numbered' in input
    ? { deflated: deflateCategories(input.numbered) }
    : { parsed: parsePiece(input) };
}

/** The buffers of an input or output that can move to another thread. */
export function buffersOf(stage: StageInput | StageOutput): ArrayBuffer[] {
  if ('text' in stage) return [stage.text.buffer];
  if ('numbered' in stage) return [stage.numbered.numbers.buffer, stage.numbered.ids.buffer];
  if ('deflated' in stage) return [stage.deflated.bytes.buffer];
  if (!('parsed' in stage) || !('rows' in stage.parsed)) return [];
  const { parsed } = stage;
  const kept = parsed.kept ? [parsed.kept.buffer] : [];
  return [parsed.numbers.buffer, parsed.distinct.buffer, parsed.integersAndLabels.bytes.buffer, ...kept];
}

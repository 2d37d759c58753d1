import { firstExamples, type Dlrm, type LabelledDataset } from '@ds/dlrm';

// Few enough examples to keep the gradients small: 4096 x 367 values are 6 MB.
const batchSize = 4096;

/** The layer whose input is z, the output of the interaction: the bottom MLP's output and the products of pairs. */
export const zLayer = 'top_l.0';

/** What a message calls the input of a layer. */
export function inputNameOf(layer: string): string {
  return layer === zLayer ? 'z' : `the input of ${layer}`;
}

/**
 * Sums over some examples for each column z of a layer's input, (width); p is an example's probability, g the gradient of its
 * logit to z.
 */
export interface ColumnStatistics {
  /** Number of examples. */
  examples: number;
  /** Of z. */
  values: Float64Array;
  /** Of |z|. */
  magnitudes: Float64Array;
  /** Of z^2. */
  squares: Float64Array;
  /** Of p (1 - p) g^2. */
  curvatures: Float64Array;
  /** Of p (1 - p) g^2 z. */
  curvedValues: Float64Array;
  /** Of p (1 - p) g^2 z^2. */
  curvedSquares: Float64Array;
}

/**
 * The statistics of a layer's input over a seeded sample of a data set, drawn without replacement; over all its examples if it has fewer.
 *
 * @throws Error if the data set is empty, or a value or gradient is not finite
 */
export async function columnStatistics({
  model,
  layer = zLayer,
  dataset,
  rows,
  seed,
}: {
  model: Dlrm;
  /** Default: the layer that takes z. */
  layer?: string;
  dataset: LabelledDataset;
  /** Examples of the sample. */
  rows: number;
  seed: number;
}): Promise<ColumnStatistics> {
  let statistics: ColumnStatistics | undefined;
  const wanted = Math.min(rows, dataset.length);
  for await (const batch of dataset.batches({ batchSize, shuffleSeed: seed })) {
    const part = firstExamples(batch, wanted - (statistics?.examples ?? 0));
    const found = await model.layerGradients(part, layer);
    statistics ??= emptyStatistics(found.inputs.length / part.labels.length);
    addExamples(statistics, found);
    if (statistics.examples === wanted) break;
  }
  if (!statistics) throw new Error('calibration: expected training rows, found none');
  const { values, curvedSquares } = statistics;
  const wrong = values.findIndex((sum, column) => !Number.isFinite(sum + curvedSquares[column]!));
  if (wrong >= 0) {
    throw new Error(
      `calibration: expected finite activations and gradients, found others in column ${wrong} of ${inputNameOf(layer)}`,
    );
  }
  return statistics;
}

/** The mean of each column. */
export function columnMeans({ values, examples }: ColumnStatistics): Float32Array {
  return Float32Array.from(values, (sum) => sum / examples);
}

function emptyStatistics(width: number): ColumnStatistics {
  const sums = () => new Float64Array(width);
  return {
    examples: 0,
    values: sums(),
    magnitudes: sums(),
    squares: sums(),
    curvatures: sums(),
    curvedValues: sums(),
    curvedSquares: sums(),
  };
}

function addExamples(
  statistics: ColumnStatistics,
  { probabilities, inputs, gradients }: Awaited<ReturnType<Dlrm['layerGradients']>>,
): void {
  const { values, magnitudes, squares, curvatures, curvedValues, curvedSquares } = statistics;
  const width = values.length;
  statistics.examples += probabilities.length;
  let at = 0;
  for (const probability of probabilities) {
    const slope = probability * (1 - probability);
    for (let column = 0; column < width; column++, at++) {
      const value = inputs[at]!;
      const curvature = slope * gradients[at]! * gradients[at]!;
      values[column]! += value;
      magnitudes[column]! += Math.abs(value);
      squares[column]! += value * value;
      curvatures[column]! += curvature;
      curvedValues[column]! += curvature * value;
      curvedSquares[column]! += curvature * value * value;
    }
  }
}

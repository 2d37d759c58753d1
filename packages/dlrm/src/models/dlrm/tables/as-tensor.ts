import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { Tensor } from '@ds/tensor-files';

/** A parameter that is not looked up by row as a tensor, also if it was pruned or compressed as a table. */
export function asTensor(parameter: Tensor | EmbeddingTable): Tensor {
  return 'data' in parameter
    ? parameter
    : { data: parameter.toDense(), shape: [parameter.rows, parameter.dim] };
}

const heading =
  'method,norm,sparse_block_shape,sparsity_level,scope,bits,ratio,seed,wanted_ratio,table_bytes,bytes_per_row,memory_ratio,' +
  'roc_auc,auc_change,auc_change_lower,auc_change_upper,log_loss,log_loss_change,validation_roc_auc,validation_auc_change,' +
  'lookup_ns,compress_seconds,calibration_rows,calibration_seconds,path,file_bytes';

interface Line {
  model: string;
  bytes: number;
  change: number;
  validation?: number;
  seed?: number;
  wanted?: string;
  file?: string;
}

/** A line of `compression_frontier.csv`. */
export function frontierLine({
  model,
  bytes,
  change,
  validation = change,
  seed = 1,
  wanted = '',
  file = ',',
}: Line): string {
  const measured = [
    seed,
    wanted,
    bytes,
    bytes / 1000,
    64000 / bytes,
    0.8 + change,
    change,
    change - 1e-4,
    change + 1e-4,
  ];
  return [model, ...measured, 0.5, 0.001, 0.79 + validation, validation, 20, 1.5, 100, 2, file].join();
}

/** Two methods, two models each. */
export const frontierLines = [
  frontierLine({ model: 'block-norm,L1,"(1, 4)",0.0,,,', bytes: 66000, change: 0 }),
  frontierLine({ model: 'block-norm,L1,"(1, 4)",0.9,,,', bytes: 8000, change: -0.08 }),
  frontierLine({
    model: 'mixed-precision,,,,,,56.0',
    bytes: 1140,
    change: -0.8e-4,
    wanted: '56.0',
    file: '/b/model.safetensors,4321',
  }),
  frontierLine({
    model: 'mixed-precision,,,,,,300.0',
    bytes: 210,
    change: -3e-4,
    validation: -9e-4,
    wanted: '300.0',
  }),
];

/** The text of a `compression_frontier.csv`. */
export function frontierCsv(lines: readonly string[]): string {
  return `${[heading, ...lines].join('\n')}\n`;
}

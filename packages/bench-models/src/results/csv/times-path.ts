/**
 * The file with the times of a results file: `frontier_times.csv` of `frontier.csv`, `frontier_times.2-of-8.csv` of the part
 * `frontier.2-of-8.csv`.
 */
export function timesPath(csvPath: string): string {
  const [ending] = /(\.\d+-of-\d+)?(\.[^./\\]*)?$/.exec(csvPath)!;
  return `${csvPath.slice(0, csvPath.length - ending.length)}_times${ending}`;
}

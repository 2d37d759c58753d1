/**
 * Lists, above Jest's summary, the engines that this machine lacks, with the reason. For each of them there is only one
 * test, whose name says so; it passes and would go unnoticed among many files.
 */
module.exports = class {
  onRunComplete(_contexts, { testResults }) {
    const absent = testResults
      .flatMap((file) => file.testResults)
      .map(({ title }) => /^(\S+:\S+ is absent here: .*)/.exec(title)?.[1])
      .filter(Boolean)
      .sort();
    if (absent.length === 0) return;
    process.stderr.write(`\nEngines not tested:\n${absent.map((line) => `  ${line}\n`).join('')}`);
  }
};

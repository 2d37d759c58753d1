/**
 * Above Jest's summary, the engines that this machine lacks, by name and with the reason: each one's
 * tests are then a single one whose name says so, which passes and would not be seen among many files.
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

const Environment = require('./environment.cjs');

module.exports = class extends Environment {
  #failed = false;

  async handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.#failed = true;
    // One failing test detects a mutation, so the following ones in the file are not run; and those on tables of
    // gigabytes, for each mutation, would take days.
    if (event.name === 'test_start' && (this.#failed || / GiB|70 M rows/.test(event.test.name))) {
      event.test.mode = 'skip';
    }
  }
};

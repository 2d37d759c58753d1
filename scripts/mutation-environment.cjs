const Environment = require('./jest-environment.cjs');

// One failing test detects a mutation, so the following ones in the file are not run.
module.exports = class extends Environment {
  #failed = false;

  async handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.#failed = true;
    if (event.name === 'test_start' && this.#failed) event.test.mode = 'skip';
  }
};

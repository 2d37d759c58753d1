const { TestEnvironment } = require('jest-environment-node');

// Native add-ons check their input with instanceof against the constructors of the outer realm,
// while jest gives each test file its own constructors.
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of [
      'ArrayBuffer',
      'SharedArrayBuffer',
      'WebAssembly',
      'Uint8Array',
      'Int8Array',
      'Uint16Array',
      'Int16Array',
      'Uint32Array',
      'Int32Array',
      'Float32Array',
      'Float64Array',
      'BigInt64Array',
      'BigUint64Array',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};

import { conformance } from './conformance.js';
import { expectNoLeaks } from './tfjs-leaks.js';

conformance('tfjs:wasm', { steps: 10 });
expectNoLeaks('tfjs:wasm');

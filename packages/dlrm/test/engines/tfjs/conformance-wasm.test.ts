import { conformance } from '../conformance/conformance.js';
import { expectNoLeaks } from './leaks.js';

conformance('tfjs:wasm', { steps: 10 });
expectNoLeaks('tfjs:wasm');

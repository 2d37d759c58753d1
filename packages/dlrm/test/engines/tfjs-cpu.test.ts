import { conformance } from './conformance.js';
import { expectNoLeaks } from './tfjs-leaks.js';

conformance('tfjs:cpu', { steps: 2 });
expectNoLeaks('tfjs:cpu');

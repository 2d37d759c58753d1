import { conformance } from './conformance.js';
import { expectNoLeaks } from './tfjs-leaks.js';

conformance('tfjs:node-gpu', { steps: 10 });
expectNoLeaks('tfjs:node-gpu');

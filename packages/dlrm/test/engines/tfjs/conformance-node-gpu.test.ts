import { conformance } from '../conformance/conformance.js';
import { expectNoLeaks } from './leaks.js';

conformance('tfjs:node-gpu', { steps: 10 });
expectNoLeaks('tfjs:node-gpu');

import { conformance } from '../conformance/conformance.js';
import { expectNoLeaks } from './leaks.js';

conformance('tfjs:cpu', { steps: 2 });
expectNoLeaks('tfjs:cpu');

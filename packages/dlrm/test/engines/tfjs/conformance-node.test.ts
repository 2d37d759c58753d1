import { conformance } from '../conformance/conformance.js';
import { expectNoLeaks } from './leaks.js';

conformance('tfjs:node');
expectNoLeaks('tfjs:node');

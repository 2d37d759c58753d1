import { conformance } from './conformance.js';
import { expectNoLeaks } from './tfjs-leaks.js';

conformance('tfjs:node');
expectNoLeaks('tfjs:node');

export { writeFlightRows } from './write-flight-rows.js';

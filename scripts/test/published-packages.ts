import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

export interface PackageJson {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  bin?: Record<string, string>;
  scripts?: Record<string, string>;
  exports: Record<string, unknown>;
  [field: string]: unknown;
}

export interface Workspace {
  /** Its short name, which is its folder's. */
  name: string;
  folder: string;
  json: PackageJson;
}

const workspaces = (group: string): Workspace[] =>
  readdirSync(join(root, group)).map((name) => {
    const folder = join(root, group, name);
    return { name, folder, json: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
  });

/** The packages that are published, in alphabetical order. */
export const publishedPackages: readonly Workspace[] = workspaces('packages').filter(
  ({ json }) => !json.private,
);

/** The packages that are inlined, and the examples. */
export const privateWorkspaces: readonly Workspace[] = [
  ...workspaces('packages'),
  ...workspaces('examples'),
].filter(({ json }) => json.private);

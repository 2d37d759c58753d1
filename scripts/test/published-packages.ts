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
  exports: Record<string, unknown>;
  [field: string]: unknown;
}

export interface PublishedPackage {
  /** Its short name, which is its folder's. */
  name: string;
  folder: string;
  json: PackageJson;
}

/** The packages that are published, in alphabetical order. */
export const publishedPackages: PublishedPackage[] = readdirSync(join(root, 'packages'))
  .map((name) => {
    const folder = join(root, 'packages', name);
    return { name, folder, json: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
  })
  .filter(({ json }) => !json.private);

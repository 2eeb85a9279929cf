// The code samples of the document, with only their placeholders filled in.
import fs from 'node:fs/promises';
import path from 'node:path';

import { repository } from '../../integration/support/environment.mjs';

export async function sampleText(name, { endpoint, project = 'demo', presenceId, teamId }) {
  const file = path.join(repository, 'tests/testdata/seed', `${name}.mjs`);
  const text = await fs.readFile(file, 'utf8');
  return text.replaceAll('https://<REGION>.cloud.appwrite.io/v1', endpoint)
    .replaceAll('<PROJECT_ID>', project)
    .replaceAll('<PRESENCE_ID>', presenceId ?? 'unset')
    .replaceAll('<TEAM_ID>', teamId ?? 'unset');
}

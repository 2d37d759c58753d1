import { serveTasks } from '@ds/threads';
serveTasks(() => ({ output: 1 }));

// The capacity formula of docs/capacity.md: from measured costs to how many users a machine serves.

// How full a machine may be planned: the rest is for reconnect storms and the page cache.
export const headroom = { cpu: 0.5, memory: 0.6 };

// What users do. A user holds one record over one socket. `changes`: writes per user and hour;
// `followers`: who is told of each.
export const behaviours = [
  { name: 'directory', means: 'status changes twice an hour, 200 colleagues watch',
    changes: 2, followers: 200 },
  { name: 'team', means: 'a change every 5 minutes, 25 team mates watch',
    changes: 12, followers: 25 },
  { name: 'document', means: 'a cursor moves once in 10 s, 5 co-editors watch',
    changes: 360, followers: 5 },
];

export const machines = [
  { name: '2 cores, 2 GiB', cores: 2, memory: 2 * 2 ** 30 },
  { name: '2 cores, 4 GiB', cores: 2, memory: 4 * 2 ** 30 },
  { name: '2 cores, 8 GiB', cores: 2, memory: 8 * 2 ** 30 },
];

// Each user changes, and arrives and leaves twice an hour.
const writesPerSecond = ({ changes }) => (changes + 4) / 3600;

// { users, bound }: how many, and what ends it.
export function capacity(costs, machine, behaviour) {
  const memoryPerUser = costs.bytes_per_record + costs.bytes_per_socket;
  const byMemory = (machine.memory * headroom.memory - costs.bytes_at_start) / memoryPerUser;
  const writes = writesPerSecond(behaviour);
  const cpuPerUser = writes * (costs.cpu_us_per_write +
    behaviour.followers * costs.cpu_us_per_socket_delivery) / 1e6;
  const byCpu = machine.cores * headroom.cpu / cpuPerUser;
  const users = Math.min(byMemory, byCpu);
  return { users: Math.floor(users / 1000) * 1000, bound: byMemory < byCpu ? 'memory' : 'CPU' };
}

export function table(costs) {
  const head = ['what users do', ...machines.map(({ name }) => name)];
  const rows = behaviours.map((behaviour) => [
    `**${behaviour.name}**: ${behaviour.means}`,
    ...machines.map((machine) => {
      const { users, bound } = capacity(costs, machine, behaviour);
      return `${users.toLocaleString('en')} (${bound})`;
    })]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

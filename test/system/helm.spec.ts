import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { load, loadAll } from 'js-yaml';
import { SECRETS } from '../../libs/config/src/secret-files.js';
import { variables } from '../../libs/config/src/variables.js';

const HELM = process.env['HELM_PATH'] ?? 'helm';
const CHART = 'ops/helm/countersign';
const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
const KNOWN: string[] = [...Object.keys(variables), ...SECRETS.map((name) => `${name}_FILE`)];
const NEEDED = { PUBLIC_URL: 'https://auth.example.com', MAIL_FROM: 'Example "auth" <auth@example.com>' };

interface Container {
  image: string;
  env: { name: string; value: string }[];
  resources: object;
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: object;
}
interface Resource {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has a form of its own
  spec: any;
}

/** The chart as Helm itself renders it; what is not tried is a cluster. */
describe('the Helm chart', () => {
  const helm = (...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync(HELM, args, { encoding: 'utf8' });
    if (error) throw error;
    return { status, stdout, stderr };
  };
  const setting = (values: object) => ['--set-json', JSON.stringify(values)];
  const template = (values: object) =>
    helm('template', 'auth', CHART, '--namespace', 'id', ...setting(values));
  const rendered = (values: object) => {
    const { status, stdout, stderr } = template(values);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const resources = loadAll(stdout).filter(Boolean) as Resource[];
    const of = (kind: string) => resources.find((each) => each.kind === kind) as Resource;
    const container = of('Deployment').spec.template.spec.containers[0] as Container;
    return { resources, of, container, pod: of('Deployment').spec.template };
  };

  it('is of the version of the service', () => {
    const { version, appVersion } = load(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as Record<
      string,
      string
    >;
    expect({ version, appVersion }).toEqual({ version: VERSION, appVersion: VERSION });
  });

  it('has no fault that its linter knows', () => {
    const { status, stdout } = helm('lint', '--strict', CHART, ...setting({ environment: NEEDED }));
    expect({ status, failed: /(\d+) chart\(s\) failed/.exec(stdout)?.[1] }).toEqual({
      status: 0,
      failed: '0',
    });
  });

  it('makes a deployment, a service and a disruption budget that find each other', () => {
    const { resources, of, pod } = rendered({ environment: NEEDED, replicas: 3, minAvailable: 2 });
    expect(resources.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'PodDisruptionBudget',
      'Service',
    ]);
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(['auth', 'auth', 'auth']);
    expect(of('Deployment').spec.replicas).toBe(3);
    expect(of('PodDisruptionBudget').spec.minAvailable).toBe(2);
    const { labels } = pod.metadata as { labels: object };
    expect(of('Service').spec.selector).toEqual(labels);
    expect(of('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
    expect(of('Deployment').spec.selector.matchLabels).toEqual(labels);
    const ports = pod.spec.containers[0].ports as { name: string }[];
    expect(ports.map(({ name }) => name)).toContain(of('Service').spec.ports[0].targetPort);
  });

  it('runs the image of its version, as a user who may write nothing but a temp folder', () => {
    const { container, pod } = rendered({ environment: NEEDED });
    expect(container.image).toBe(`countersign:${VERSION}`);
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toEqual({
      requests: { cpu: '250m', memory: '256Mi' },
      limits: { memory: '768Mi' },
    });
    expect(rendered({ environment: NEEDED, image: { tag: '9.9.9' } }).container.image).toBe(
      'countersign:9.9.9',
    );
  });

  it('hands variables over as they are, and secrets as files of the mounted Secret', () => {
    const odd = {
      ...NEEDED,
      TRUSTED_PROXIES: '10.0.0.0/8',
      PORT: '3000',
      TEMPLATES_DIR: '/a: {{ .b }} #\'"',
    };
    const keys = ['COUNTERSIGN_KEYS', 'DATABASE_URL', 'SMTP_URL'];
    const { container, pod } = rendered({ environment: odd, secrets: { name: 'mine', keys } });
    const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const [secrets] = container.volumeMounts;
    const files = keys.map((key) => [`${key}_FILE`, `${secrets?.mountPath}/${key}`]);
    expect(given).toEqual({ ...odd, ...Object.fromEntries(files) });
    expect(Object.keys(given).filter((name) => !KNOWN.includes(name))).toEqual([]);
    const volume = pod.spec.volumes.find(({ name }: { name: string }) => name === secrets?.name);
    expect(volume.secret.secretName).toBe('mine');
  });

  it('writes numbers out, as the service reads them', () => {
    const numbers = {
      ...NEEDED,
      SMS_DAILY_LIMIT: 12_345_678,
      OTEL_TRACES_SAMPLER_ARG: 0.25,
      SIGNUP_DISCLOSES_ACCOUNTS: false,
    };
    const { container } = rendered({ environment: numbers });
    const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    expect(given).toMatchObject({
      SMS_DAILY_LIMIT: '12345678',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      SIGNUP_DISCLOSES_ACCOUNTS: 'false',
    });
  });

  it('asks for what the service answers', () => {
    const { of } = rendered({ environment: NEEDED });
    const { startupProbe, livenessProbe, readinessProbe } = of('Deployment').spec.template.spec.containers[0];
    const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe.httpGet.path);
    expect(paths).toEqual(['/health/live', '/health/live', '/health/ready']);
  });

  it.each<[string, object, string]>([
    ['a word that it does not know', { environment: NEEDED, replica: 2 }, 'replica'],
    ['no replica', { environment: NEEDED, replicas: 0 }, 'replicas'],
    ['what is no value of a variable', { environment: { ...NEEDED, PORT: {} } }, 'PORT'],
    ['a Secret that lacks what has to be in it', { secrets: { keys: ['DATABASE_URL', 'SMTP_URL'] } }, 'keys'],
  ])('is refused with %s, by name', (_what, values, named) => {
    const { status, stderr } = template(values);
    expect(status).not.toBe(0);
    expect(stderr).toContain(named);
  });
});

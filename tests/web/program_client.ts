import { request, type APIRequestContext } from '@playwright/test';
import { setupCode, type Carillon } from './carillon';

export const administrator = { username: 'ada', name: 'Ada Lindqvist', password: 'correct horse battery' };
export const agent = { username: 'nina', name: 'Nina Frost', password: 'staple of the stable' };

interface Record_ {
  id: number;
}

/** Speaks to the API as a signed-in administrator, to bring about what a test is not about. */
export class ProgramClient {
  private readonly context: APIRequestContext;
  private readonly csrf: string;

  private constructor(context: APIRequestContext, csrf: string) {
    this.context = context;
    this.csrf = csrf;
  }

  /** Creates the first administrator. */
  static async setUp(carillon: Carillon): Promise<ProgramClient> {
    const context = await request.newContext({ baseURL: carillon.url, ignoreHTTPSErrors: true });
    const answer = await context.post('/api/v1/setup', {
      data: { ...administrator, setup_code: setupCode, domain: 'calls.example.com' },
    });
    if (!answer.ok()) throw new Error(`set-up: ${answer.status()} ${await answer.text()}`);
    return new ProgramClient(context, ((await answer.json()) as { csrf_token: string }).csrf_token);
  }

  async post<T = Record_>(path: string, data: object): Promise<T> {
    const answer = await this.context.post(`/api/v1${path}`, { data, headers: { 'X-CSRF-Token': this.csrf } });
    if (!answer.ok()) throw new Error(`POST ${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.context.get(`/api/v1${path}`);
    if (!answer.ok()) throw new Error(`GET ${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async patch(path: string, data: object): Promise<void> {
    const answer = await this.context.patch(`/api/v1${path}`, { data, headers: { 'X-CSRF-Token': this.csrf } });
    if (!answer.ok()) throw new Error(`PATCH ${path}: ${answer.status()} ${await answer.text()}`);
  }

  async delete(path: string): Promise<void> {
    const answer = await this.context.delete(`/api/v1${path}`, { headers: { 'X-CSRF-Token': this.csrf } });
    if (!answer.ok()) throw new Error(`DELETE ${path}: ${answer.status()} ${await answer.text()}`);
  }

  /** Imports CSV with a heading; the mapping is column to field. Waits for its end. */
  async importText(leadset: number, text: string, mapping: Record<number, string>): Promise<void> {
    const upload = await this.context.post('/api/v1/uploads', { data: text, headers: { 'X-CSRF-Token': this.csrf, 'Content-Type': 'text/csv' } });
    if (!upload.ok()) throw new Error(`upload: ${upload.status()} ${await upload.text()}`);
    const { upload_id } = (await upload.json()) as { upload_id: string };
    const { id } = await this.post(`/leadsets/${leadset}/imports`, { upload_id, start_row: 1, mapping, status_for_all: 'New' });
    for (;;) {
      const { state, message } = await this.get<{ state: string; message: string }>(`/imports/${id}`);
      if (state === 'done') return;
      if (state !== 'running') throw new Error(`import: ${state} ${message}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** An agent, a script, a campaign that dials at any hour, and a leadset with the numbers. */
  async prepareCampaign(options: { carrierPort?: number; carrierPing?: boolean; phones: string[]; active: boolean; type?: 'auto' | 'preview' }) {
    const person = await this.post('/users', { ...agent, role: 'agent' });
    const script = await this.post('/scripts', {
      name: 'Renewal',
      body: '<h2>Opening</h2><p>Good morning {{first_name}} {{last_name}}, this is {{agent_name}}.</p>',
    });
    const trunks = options.carrierPort
      ? [(await this.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: options.carrierPort, options_ping: options.carrierPing ?? true })).id]
      : [];
    const campaign = await this.post('/campaigns', {
      name: 'Solar renewals',
      type: options.type ?? 'auto',
      active: options.active,
      script_id: script.id,
      caller_id: '+12025550100',
      source_statuses: ['New'],
      trunk_ids: trunks,
      window_from_min: 0,
      window_to_min: 1440,
      agent_ids: [person.id],
    });
    const leadset = await this.post('/leadsets', { name: 'November', campaign_id: campaign.id, description: 'From the CRM' });
    const names = ['Maria', 'John', 'Aisha', 'Peter', 'Lucia', 'Ken', 'Olga', 'Samir'];
    for (const [index, phone] of options.phones.entries()) {
      await this.post(`/leadsets/${leadset.id}/leads`, {
        phone,
        first_name: names[index % names.length],
        last_name: `Tester${index + 1}`,
        city: 'Portland',
      });
    }
    return { person, script, campaign, leadset, trunks };
  }

  dispose(): Promise<void> {
    return this.context.dispose();
  }
}

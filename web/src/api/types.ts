import type { components } from './generated/schema';

type Schemas = components['schemas'];

export type AgentCampaign = Schemas['AgentCampaign'];
export type AgentLive = Schemas['AgentLive'];
export type AgentView = Schemas['AgentView'];
export type Attempt = Schemas['Attempt'];
export type AttemptEvent = Schemas['AttemptEvent'];
export type Callback = Schemas['Callback'];
export type CallbackChange = Schemas['CallbackChange'];
export type CallLive = Schemas['CallLive'];
export type Campaign = Schemas['Campaign'];
export type CampaignFields = Schemas['CampaignFields'];
export type CampaignLive = Schemas['CampaignLive'];
export type Colleague = Schemas['Colleague'];
export type ConsultStep = Schemas['ConsultStepRequest']['step'];
export type AuditEntry = Schemas['AuditEntry'];
export type DialerType = Schemas['DialerType'];
export type DncImport = Schemas['DncImport'];
export type DispositionRequest = Schemas['DispositionRequest'];
export type DispositionRule = Schemas['DispositionRule'];
export type Figures = Schemas['Figures'];
export type Hired = Schemas['Hired'];
export type Import = Schemas['Import'];
export type ImportRequest = Schemas['ImportRequest'];
export type Lead = Schemas['Lead'];
export type LeadJob = Schemas['LeadJob'];
export type LeadJobFilter = Schemas['LeadFilter'];
export type LeadJobRequest = Schemas['LeadJobRequest'];
export type LeadValues = Schemas['LeadValues'];
export type LeadsetActivity = Schemas['LeadsetActivity'];
export type RecycleGroup = Schemas['RecycleGroup'];
export type LeadFields = Schemas['LeadFields'];
export type Leadset = Schemas['Leadset'];
export type LeadStats = Schemas['LeadStats'];
export type Live = Schemas['Live'];
export type Outcome = Schemas['Outcome'];
export type Presence = Schemas['Presence'];
export type RetryRule = Schemas['RetryRule'];
export type Role = Schemas['Role'];
export type Script = Schemas['Script'];
export type Session = Schemas['Session'];
export type Settings = Schemas['Settings'];
export type SetupRequest = Schemas['SetupRequest'];
export type SipProfile = Schemas['SipProfile'];
export type System = Schemas['System'];
export type Token = Schemas['Token'];
export type TokenCreated = Schemas['TokenCreated'];
export type ThirdParty = Schemas['ThirdParty'];
export type TransferRequest = Schemas['TransferRequest'];
export type TestCall = Schemas['TestCall'];
export type Trunk = Schemas['Trunk'];
export type TrunkLive = Schemas['TrunkLive'];
export type Upload = Schemas['Upload'];
export type User = Schemas['User'];
export type Webhook = Schemas['Webhook'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WebhookEvent = Schemas['WebhookEvent'];
export type WebhookTest = Schemas['WebhookTest'];

/** What the server answers to every list. */
export interface ListOf<T> {
  items: T[];
  total: number;
}

import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { ApiError } from '@/api/client';
import { sessionQuery, setupQuery } from '@/api/queries';
import { Failure, Loading } from '@/components/async_state';
import { readAuditFilters } from '@/features/audit/audit_filters';
import { readCallbackFilters } from '@/features/callbacks/callback_filters';
import { readCallFilters } from '@/features/calls/call_filters';
import { readLeadSearch, type LeadSearch } from '@/features/leads/lead_search';
import { readTableSearch, type TableSearch } from '@/features/table_search';
import { NotFound } from './not_found';
import { SupervisorShell } from './supervisor_shell';

interface RouterContext {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: NotFound });

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** A search parameter that names a record; anything else is left out. */
function idSearch<Name extends string>(search: Record<string, unknown>, name: Name): { [Key in Name]?: number } {
  const id = Number(search[name]);
  return (Number.isInteger(id) && id > 0 ? { [name]: id } : {}) as { [Key in Name]?: number };
}

/** The signed-in person, or a redirect to where signing in begins. */
async function requireSession(client: QueryClient, href: string) {
  try {
    return await client.ensureQueryData(sessionQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    const { needed } = await client.fetchQuery(setupQuery);
    if (needed) throw redirect({ to: '/setup' });
    throw redirect({ to: '/sign-in', search: href === '/' ? {} : { next: href } });
  }
}

/** The same, of somebody who has chosen a password of their own. */
async function requireOwnPassword(client: QueryClient, href: string) {
  const session = await requireSession(client, href);
  if (session.must_change_password) throw redirect({ to: '/new-password' });
  return session;
}

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/pages/setup_page'), 'SetupPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = text(search.next);
    // Only a path of our own: a link must not send people elsewhere after they signed in.
    return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? { next } : {};
  },
  component: lazyRouteComponent(() => import('@/pages/sign_in_page'), 'SignInPage'),
});

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  beforeLoad: async ({ context, location }) => {
    const session = await requireSession(context.queryClient, location.href);
    if (!session.must_change_password) throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('@/pages/new_password_page'), 'NewPasswordPage'),
});

const console_ = createRoute({
  getParentRoute: () => root,
  path: '/console',
  beforeLoad: async ({ context, location }) => {
    await requireOwnPassword(context.queryClient, location.href);
  },
  component: lazyRouteComponent(() => import('@/pages/console_page'), 'ConsolePage'),
});

const supervisor = createRoute({
  getParentRoute: () => root,
  id: 'supervisor',
  beforeLoad: async ({ context, location }) => {
    const session = await requireOwnPassword(context.queryClient, location.href);
    if (session.user.role === 'agent') throw redirect({ to: '/console' });
  },
  component: SupervisorShell,
});

export const dashboardTabs = ['campaigns', 'agents', 'scripts', 'leadsets'] as const;
export type DashboardTab = (typeof dashboardTabs)[number];

const dashboard = createRoute({
  getParentRoute: () => supervisor,
  path: '/',
  validateSearch: (search: Record<string, unknown>): TableSearch & { tab?: DashboardTab } => {
    const tab = dashboardTabs.find((each) => each === search.tab);
    return { ...readTableSearch(search), ...(tab ? { tab } : {}) };
  },
  component: lazyRouteComponent(() => import('@/pages/dashboard_page'), 'DashboardPage'),
});

const campaignNew = createRoute({
  getParentRoute: () => supervisor,
  path: '/campaigns/new',
  validateSearch: (search: Record<string, unknown>) => idSearch(search, 'copy'),
  component: lazyRouteComponent(() => import('@/pages/campaign_form_page'), 'CampaignNewPage'),
});
const campaign = createRoute({
  getParentRoute: () => supervisor,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('@/pages/campaign_page'), 'CampaignPage'),
});
const campaignEdit = createRoute({
  getParentRoute: () => supervisor,
  path: '/campaigns/$id/edit',
  component: lazyRouteComponent(() => import('@/pages/campaign_form_page'), 'CampaignEditPage'),
});
const script = createRoute({
  getParentRoute: () => supervisor,
  path: '/scripts/$id',
  component: lazyRouteComponent(() => import('@/pages/script_page'), 'ScriptPage'),
});
const agentsBulk = createRoute({
  getParentRoute: () => supervisor,
  path: '/agents/bulk',
  component: lazyRouteComponent(() => import('@/pages/agents_bulk_page'), 'AgentsBulkPage'),
});
const agentsImport = createRoute({
  getParentRoute: () => supervisor,
  path: '/agents/import',
  component: lazyRouteComponent(() => import('@/pages/agents_import_page'), 'AgentsImportPage'),
});
const agent = createRoute({
  getParentRoute: () => supervisor,
  path: '/agents/$id',
  component: lazyRouteComponent(() => import('@/pages/user_page'), 'AgentPage'),
});
const leadset = createRoute({
  getParentRoute: () => supervisor,
  path: '/leadsets/$id',
  validateSearch: (search: Record<string, unknown>): LeadSearch & { tab?: 'data' } => ({
    ...(search.tab === 'data' ? { tab: search.tab } : {}),
    ...readLeadSearch(search),
  }),
  component: lazyRouteComponent(() => import('@/pages/leadset_page'), 'LeadsetPage'),
});
const leadsetEdit = createRoute({
  getParentRoute: () => supervisor,
  path: '/leadsets/$id/edit',
  component: lazyRouteComponent(() => import('@/pages/leadset_form_page'), 'LeadsetFormPage'),
});
const leadsetUpload = createRoute({
  getParentRoute: () => supervisor,
  path: '/leadsets/$id/upload',
  validateSearch: (search: Record<string, unknown>) => idSearch(search, 'import'),
  component: lazyRouteComponent(() => import('@/pages/upload_page'), 'UploadPage'),
});
const leadNew = createRoute({
  getParentRoute: () => supervisor,
  path: '/leadsets/$id/add',
  component: lazyRouteComponent(() => import('@/pages/lead_page'), 'LeadNewPage'),
});
const lead = createRoute({
  getParentRoute: () => supervisor,
  path: '/leads/$id',
  component: lazyRouteComponent(() => import('@/pages/lead_page'), 'LeadPage'),
});
const calls = createRoute({
  getParentRoute: () => supervisor,
  path: '/calls',
  validateSearch: readCallFilters,
  component: lazyRouteComponent(() => import('@/pages/calls_page'), 'CallsPage'),
});
const callbacks = createRoute({
  getParentRoute: () => supervisor,
  path: '/callbacks',
  validateSearch: readCallbackFilters,
  component: lazyRouteComponent(() => import('@/pages/callbacks_page'), 'CallbacksPage'),
});
const dnc = createRoute({
  getParentRoute: () => supervisor,
  path: '/do-not-call',
  validateSearch: (search: Record<string, unknown>): TableSearch & { list?: 'system' | number } => {
    const list = search.list === 'system' ? search.list : idSearch(search, 'list').list;
    return { ...readTableSearch(search), ...(list ? { list } : {}) };
  },
  component: lazyRouteComponent(() => import('@/pages/dnc_page'), 'DncPage'),
});
const dncUpload = createRoute({
  getParentRoute: () => supervisor,
  path: '/do-not-call/upload',
  validateSearch: (search: Record<string, unknown>): { upload?: number } => {
    const id = Number(search.upload);
    return Number.isInteger(id) && id > 0 ? { upload: id } : {};
  },
  component: lazyRouteComponent(() => import('@/pages/dnc_upload_page'), 'DncUploadPage'),
});
const audit = createRoute({
  getParentRoute: () => supervisor,
  path: '/audit',
  validateSearch: readAuditFilters,
  component: lazyRouteComponent(() => import('@/pages/audit_page'), 'AuditPage'),
});
const settings = createRoute({
  getParentRoute: () => supervisor,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/pages/settings_page'), 'SettingsPage'),
});
const trunks = createRoute({
  getParentRoute: () => supervisor,
  path: '/trunks',
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import('@/pages/trunks_page'), 'TrunksPage'),
});
const trunk = createRoute({
  getParentRoute: () => supervisor,
  path: '/trunks/$id',
  component: lazyRouteComponent(() => import('@/pages/trunk_page'), 'TrunkPage'),
});
const sipProfiles = createRoute({
  getParentRoute: () => supervisor,
  path: '/sip-profiles',
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import('@/pages/sip_profiles_page'), 'SipProfilesPage'),
});
const sipProfile = createRoute({
  getParentRoute: () => supervisor,
  path: '/sip-profiles/$id',
  component: lazyRouteComponent(() => import('@/pages/sip_profile_page'), 'SipProfilePage'),
});
const users = createRoute({
  getParentRoute: () => supervisor,
  path: '/users',
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import('@/pages/users_page'), 'UsersPage'),
});
const user = createRoute({
  getParentRoute: () => supervisor,
  path: '/users/$id',
  component: lazyRouteComponent(() => import('@/pages/user_page'), 'UserPage'),
});
const tokens = createRoute({
  getParentRoute: () => supervisor,
  path: '/tokens',
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import('@/pages/tokens_page'), 'TokensPage'),
});
const webhooks = createRoute({
  getParentRoute: () => supervisor,
  path: '/webhooks',
  validateSearch: readTableSearch,
  component: lazyRouteComponent(() => import('@/pages/webhooks_page'), 'WebhooksPage'),
});
const webhook = createRoute({
  getParentRoute: () => supervisor,
  path: '/webhooks/$id',
  component: lazyRouteComponent(() => import('@/pages/webhook_page'), 'WebhookPage'),
});

const tree = root.addChildren([
  setup,
  signIn,
  newPassword,
  console_,
  supervisor.addChildren([
    dashboard, campaignNew, campaign, campaignEdit, script, agentsBulk, agentsImport, agent, leadset, leadsetEdit, leadsetUpload, leadNew, lead, calls, callbacks, dnc, dncUpload, audit,
    settings, trunks, trunk, sipProfiles, sipProfile, users, user, tokens, webhooks, webhook,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading />,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

-- Revision 0001: the first tables, and the triggers that keep their history. Frozen: a change is another revision.

CREATE TABLE associations (
    code TEXT NOT NULL,
    nom TEXT NOT NULL,
    siret TEXT,
    rna TEXT,
    departement TEXT,
    email TEXT,
    active_du DATE,
    active_au DATE,
    successeur TEXT,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_by TEXT NOT NULL,
    CONSTRAINT pk_associations PRIMARY KEY (code)
)
;;
COMMENT ON TABLE associations IS 'One row per association of the register, as last loaded; a code that leaves the file stays here.'
;;
CREATE TABLE audit (
    audit_id BIGINT GENERATED ALWAYS AS IDENTITY,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_name TEXT,
    account TEXT NOT NULL,
    action TEXT NOT NULL,
    detail JSONB NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (audit_id)
)
;;
COMMENT ON TABLE audit IS 'One row per act that changes reference data, deliveries, conventions or payments: who, when, what.'
;;
CREATE TABLE contacts (
    contact_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    id_appel TEXT NOT NULL,
    debut_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    debut_on DATE NOT NULL,
    debut_time TEXT NOT NULL,
    duree_s INTEGER,
    canal TEXT,
    statut TEXT,
    numero_appele TEXT,
    suite TEXT NOT NULL,
    reference TEXT,
    convention TEXT,
    association TEXT,
    qualite TEXT,
    departement TEXT,
    urgence BOOLEAN,
    beneficiaire TEXT,
    row_number INTEGER NOT NULL,
    CONSTRAINT pk_contacts PRIMARY KEY (contact_id)
)
;;
COMMENT ON TABLE contacts IS 'One row per accepted row of a journal, every version of it; contact_id = delivery_id x 10^8 + place.'
;;
CREATE TABLE convention_sets (
    set_id BIGINT GENERATED ALWAYS AS IDENTITY,
    status TEXT NOT NULL,
    digest TEXT,
    difference JSONB,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_by TEXT NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE,
    applied_by TEXT,
    CONSTRAINT pk_convention_sets PRIMARY KEY (set_id),
    CONSTRAINT ck_convention_sets_status CHECK (status IN ('en_attente', 'applique', 'abandonne')),
    CONSTRAINT ck_convention_sets_applied_when CHECK ((status = 'applique') = (applied_at IS NOT NULL)),
    CONSTRAINT ck_convention_sets_applied_by_another CHECK (digest IS NULL OR lower(btrim(applied_by)) <> lower(btrim(loaded_by)))
)
;;
CREATE UNIQUE INDEX uq_convention_sets_one_pending ON convention_sets (status) WHERE status = 'en_attente'
;;
COMMENT ON TABLE convention_sets IS 'One row per complete set of convention files loaded or waiting to be; the last applied one is in force.'
;;
CREATE TABLE decisions (
    decision_id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    reference TEXT,
    association TEXT,
    code TEXT,
    written TEXT,
    convention TEXT,
    qualite TEXT,
    new_association TEXT,
    day DATE,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account TEXT NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (decision_id),
    CONSTRAINT ck_decisions_kind CHECK (kind IN ('confirm_match', 'reject_match', 'accept', 'refuse', 'requalify', 'dispute', 'register_saisine', 'withdraw')),
    CONSTRAINT ck_decisions_author_and_reason CHECK (btrim(author) <> '' AND btrim(reason) <> '')
)
;;
CREATE INDEX ix_decisions_reference ON decisions (reference)
;;
COMMENT ON TABLE decisions IS 'One row per decision, in order; never edited, undone by another one.'
;;
CREATE TABLE deliveries (
    delivery_id BIGINT GENERATED ALWAYS AS IDENTITY,
    sha256 TEXT NOT NULL,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    layout TEXT,
    file_name TEXT,
    landed TEXT,
    size_bytes BIGINT,
    received_on DATE NOT NULL,
    received_how TEXT NOT NULL,
    key_id TEXT,
    status TEXT NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_accepted INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL,
    rows_duplicate INTEGER NOT NULL,
    rows_ignored INTEGER NOT NULL,
    failure TEXT,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_by TEXT,
    withdrawn_reason TEXT,
    CONSTRAINT pk_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT ck_deliveries_kind CHECK (kind IN ('journal', 'fiches')),
    CONSTRAINT ck_deliveries_status CHECK (status IN ('received', 'failed', 'withdrawn')),
    CONSTRAINT ck_deliveries_received_how CHECK (received_how IN ('source', 'by_hand', 'read')),
    CONSTRAINT ck_deliveries_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT ck_deliveries_control_totals CHECK (status = 'failed' OR rows_read = rows_accepted + rows_rejected + rows_duplicate + rows_ignored),
    CONSTRAINT ck_deliveries_counts CHECK (least(rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_ignored) >= 0),
    CONSTRAINT ck_deliveries_failure_said CHECK ((status = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT ck_deliveries_withdrawn_said CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL AND withdrawn_by IS NOT NULL AND withdrawn_reason IS NOT NULL))
)
;;
CREATE UNIQUE INDEX uq_deliveries_received_once ON deliveries (sha256, origin) WHERE status = 'received'
;;
COMMENT ON TABLE deliveries IS 'One row per file taken in: its bytes (SHA-256) from its origin (association or profile).'
;;
CREATE TABLE drafts (
    draft_id BIGINT GENERATED ALWAYS AS IDENTITY,
    convention TEXT NOT NULL,
    quarter TEXT NOT NULL,
    cutoff DATE NOT NULL,
    digest TEXT NOT NULL,
    total_cents BIGINT NOT NULL,
    line_count INTEGER NOT NULL,
    parked BOOLEAN NOT NULL,
    statement BYTEA NOT NULL,
    status TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_drafts PRIMARY KEY (draft_id),
    CONSTRAINT ck_drafts_status CHECK (status IN ('brouillon', 'soumis', 'approuve', 'finalise')),
    CONSTRAINT uq_drafts_convention_quarter_digest UNIQUE (convention, quarter, digest)
)
;;
CREATE UNIQUE INDEX uq_drafts_one_open ON drafts (convention, quarter) WHERE status IN ('soumis', 'approuve')
;;
COMMENT ON TABLE drafts IS 'One row per distinct draft ever made: its canonical JSON, compressed (zlib), and where it is in its life.'
;;
CREATE TABLE fiches (
    fiche_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    fiche_group_id BIGINT NOT NULL,
    sheet TEXT,
    row_number INTEGER NOT NULL,
    layout TEXT NOT NULL,
    association TEXT NOT NULL,
    written TEXT NOT NULL,
    version INTEGER NOT NULL,
    date_saisine DATE,
    convention TEXT,
    qualite TEXT,
    departement TEXT,
    tentatives INTEGER,
    date_premier_contact DATE,
    issue TEXT NOT NULL,
    nb_psy INTEGER,
    nb_jur INTEGER,
    nb_soc INTEGER,
    memo_de_vie BOOLEAN,
    date_cloture DATE,
    date_signature DATE,
    CONSTRAINT pk_fiches PRIMARY KEY (fiche_id),
    CONSTRAINT ck_fiches_layout CHECK (layout IN ('classeur', 'bordereau')),
    CONSTRAINT ck_fiches_version CHECK (version >= 1)
)
;;
COMMENT ON TABLE fiches IS 'One row per accepted row of Saisines or of a bordereau; fiche_id = delivery_id x 10^8 + place.'
;;
CREATE TABLE readings (
    reading_id BIGINT GENERATED ALWAYS AS IDENTITY,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_name TEXT,
    account TEXT NOT NULL,
    reference TEXT NOT NULL,
    how TEXT NOT NULL,
    CONSTRAINT pk_readings PRIMARY KEY (reading_id)
)
;;
COMMENT ON TABLE readings IS 'One row per reading of the story of one saisine (explain, desk).'
;;
CREATE TABLE sessions (
    session_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    fiche_group_id BIGINT NOT NULL,
    row_number INTEGER NOT NULL,
    day DATE NOT NULL,
    heure TEXT,
    nature TEXT NOT NULL,
    mode TEXT NOT NULL,
    statut TEXT NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (session_id),
    CONSTRAINT ck_sessions_nature CHECK (nature IN ('psy', 'jur', 'soc'))
)
;;
COMMENT ON TABLE sessions IS 'One row per accepted row of Entretiens; it belongs to every fiche of its group (delivery and reference).'
;;
CREATE TABLE bank_details (
    bank_details_id BIGINT GENERATED ALWAYS AS IDENTITY,
    association TEXT NOT NULL,
    iban TEXT,
    bic TEXT,
    titulaire TEXT,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_by TEXT NOT NULL,
    replaces_id BIGINT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmed_by TEXT,
    how_checked TEXT,
    CONSTRAINT pk_bank_details PRIMARY KEY (bank_details_id),
    CONSTRAINT ck_bank_details_confirmed_whole CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_by IS NULL) = (how_checked IS NULL)),
    CONSTRAINT ck_bank_details_confirmed_by_another CHECK (lower(btrim(confirmed_by)) <> lower(btrim(loaded_by))),
    CONSTRAINT fk_bank_details_association FOREIGN KEY(association) REFERENCES associations (code),
    CONSTRAINT uq_bank_details_replaces_id UNIQUE (replaces_id),
    CONSTRAINT fk_bank_details_replaces_id FOREIGN KEY(replaces_id) REFERENCES bank_details (bank_details_id)
)
;;
CREATE INDEX ix_bank_details_association ON bank_details (association)
;;
COMMENT ON TABLE bank_details IS 'One row per bank details ever given by an association; the last row holds, and pays once another person confirmed it (the first row of an association needs no confirmation).'
;;
CREATE TABLE convention_files (
    set_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT pk_convention_files PRIMARY KEY (set_id, name),
    CONSTRAINT uq_convention_files_set_id_code UNIQUE (set_id, code),
    CONSTRAINT fk_convention_files_set_id FOREIGN KEY(set_id) REFERENCES convention_sets (set_id)
)
;;
COMMENT ON TABLE convention_files IS 'One row per file of a set: its YAML text as it was read, and the fingerprint of what it says. Code `commun` is the common schedule.'
;;
CREATE TABLE decision_bases (
    decision_basis_id BIGINT GENERATED ALWAYS AS IDENTITY,
    decision_id BIGINT NOT NULL,
    association TEXT,
    acts TEXT NOT NULL,
    CONSTRAINT pk_decision_bases PRIMARY KEY (decision_basis_id),
    CONSTRAINT fk_decision_bases_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (decision_id)
)
;;
CREATE INDEX ix_decision_bases_decision_id ON decision_bases (decision_id)
;;
COMMENT ON TABLE decision_bases IS 'One row per fiche that counted when a code was accepted: what its acts were, which must still hold.'
;;
CREATE TABLE delivery_checks (
    delivery_check_id BIGINT GENERATED ALWAYS AS IDENTITY,
    delivery_id BIGINT NOT NULL,
    suite TEXT NOT NULL,
    success BOOLEAN NOT NULL,
    result JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_delivery_checks PRIMARY KEY (delivery_check_id),
    CONSTRAINT fk_delivery_checks_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id)
)
;;
CREATE INDEX ix_delivery_checks_delivery_id ON delivery_checks (delivery_id)
;;
COMMENT ON TABLE delivery_checks IS 'One row per delivery and suite of expectations: the results of Great Expectations as data.'
;;
CREATE TABLE draft_events (
    draft_event_id BIGINT GENERATED ALWAYS AS IDENTITY,
    draft_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    by_name TEXT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_draft_events PRIMARY KEY (draft_event_id),
    CONSTRAINT ck_draft_events_event CHECK (event IN ('soumis', 'approuve', 'rejete', 'finalise')),
    CONSTRAINT ck_draft_events_by_name CHECK (btrim(by_name) <> ''),
    CONSTRAINT ck_draft_events_reject_reason CHECK (event <> 'rejete' OR btrim(coalesce(reason, '')) <> ''),
    CONSTRAINT fk_draft_events_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (draft_id)
)
;;
CREATE INDEX ix_draft_events_draft_id ON draft_events (draft_id)
;;
COMMENT ON TABLE draft_events IS 'One row per step in the life of a draft: who, under which account, when, why. Append-only.'
;;
CREATE TABLE refused_rows (
    refused_row_id BIGINT GENERATED ALWAYS AS IDENTITY,
    delivery_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    sheet TEXT,
    row_number INTEGER NOT NULL,
    row_key TEXT,
    columns JSONB NOT NULL,
    codes TEXT[] NOT NULL,
    cells TEXT[] NOT NULL,
    sentence TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_refused_rows PRIMARY KEY (refused_row_id),
    CONSTRAINT ck_refused_rows_kind CHECK (kind IN ('contact', 'fiche', 'session')),
    CONSTRAINT ck_refused_rows_codes CHECK (cardinality(codes) >= 1),
    CONSTRAINT fk_refused_rows_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id)
)
;;
CREATE INDEX ix_refused_rows_delivery_id ON refused_rows (delivery_id)
;;
CREATE INDEX ix_refused_rows_row_key ON refused_rows (row_key)
;;
COMMENT ON TABLE refused_rows IS 'One row per refused row: coded columns only (no free text, no telephone number), why in codes and in French; `cells` names the columns at fault, `row_key` finds the same row again in a corrected file.'
;;
CREATE TABLE statements (
    statement_id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    convention TEXT NOT NULL,
    quarter TEXT,
    cutoff DATE,
    until_on DATE,
    civil_year INTEGER NOT NULL,
    place INTEGER,
    digest TEXT,
    draft_id BIGINT,
    set_id BIGINT,
    total_cents BIGINT NOT NULL,
    line_count INTEGER NOT NULL,
    payee_count INTEGER NOT NULL,
    not_paid_count INTEGER NOT NULL,
    statement BYTEA,
    snapshot BYTEA,
    finalised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finalised_on DATE NOT NULL,
    finalised_by TEXT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT,
    CONSTRAINT pk_statements PRIMARY KEY (statement_id),
    CONSTRAINT uq_statements_number UNIQUE (number),
    CONSTRAINT uq_statements_convention_civil_year_place UNIQUE (convention, civil_year, place),
    CONSTRAINT uq_statements_statement_id_convention UNIQUE (statement_id, convention),
    CONSTRAINT ck_statements_kind CHECK (kind IN ('releve', 'reprise')),
    CONSTRAINT ck_statements_whole CHECK (CASE kind WHEN 'releve' THEN quarter IS NOT NULL AND cutoff IS NOT NULL AND place >= 1 AND digest IS NOT NULL AND statement IS NOT NULL AND draft_id IS NOT NULL AND until_on IS NULL ELSE quarter IS NULL AND place IS NULL AND until_on IS NOT NULL AND reason IS NOT NULL END),
    CONSTRAINT ck_statements_number CHECK (number = CASE kind WHEN 'releve' THEN 'ER-' || convention || '-' || quarter || '-' || lpad(place::text, 4, '0') ELSE 'ER-' || convention || '-REPRISE' END),
    CONSTRAINT uq_statements_draft_id UNIQUE (draft_id),
    CONSTRAINT fk_statements_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (draft_id),
    CONSTRAINT fk_statements_set_id FOREIGN KEY(set_id) REFERENCES convention_sets (set_id)
)
;;
COMMENT ON TABLE statements IS 'One row per finalised statement, in order, and per take-over (kind reprise). Immutable.'
;;
CREATE TABLE payment_batches (
    batch_id BIGINT GENERATED ALWAYS AS IDENTITY,
    statement_id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    execution_on DATE NOT NULL,
    total_cents BIGINT NOT NULL,
    item_count INTEGER NOT NULL,
    file_sha256 TEXT,
    made_by TEXT NOT NULL,
    account TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payment_batches PRIMARY KEY (batch_id),
    CONSTRAINT uq_payment_batches_statement_id_place UNIQUE (statement_id, place),
    CONSTRAINT uq_payment_batches_message_id UNIQUE (message_id),
    CONSTRAINT ck_payment_batches_not_empty CHECK (total_cents > 0 AND item_count > 0 AND place >= 1),
    CONSTRAINT fk_payment_batches_statement_id FOREIGN KEY(statement_id) REFERENCES statements (statement_id)
)
;;
COMMENT ON TABLE payment_batches IS 'One row per payment file made for a statement, numbered from 1.'
;;
CREATE TABLE refused_row_outcomes (
    refused_row_outcome_id BIGINT GENERATED ALWAYS AS IDENTITY,
    refused_row_id BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    delivery_id BIGINT NOT NULL,
    row_id BIGINT,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_refused_row_outcomes PRIMARY KEY (refused_row_outcome_id),
    CONSTRAINT ck_refused_row_outcomes_outcome CHECK (outcome IN ('corrigee', 'rejouee')),
    CONSTRAINT uq_refused_row_outcomes_refused_row_id UNIQUE (refused_row_id),
    CONSTRAINT fk_refused_row_outcomes_refused_row_id FOREIGN KEY(refused_row_id) REFERENCES refused_rows (refused_row_id),
    CONSTRAINT fk_refused_row_outcomes_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id)
)
;;
COMMENT ON TABLE refused_row_outcomes IS 'One row per refused row that was accepted later: from a corrected file (corrigee) or judged again (rejouee); row_id is the contact, fiche or session it became.'
;;
CREATE TABLE statement_lines (
    statement_id BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    convention TEXT NOT NULL,
    reference TEXT NOT NULL,
    association TEXT NOT NULL,
    prestation TEXT NOT NULL,
    act_date DATE NOT NULL,
    nth INTEGER NOT NULL,
    kind TEXT NOT NULL,
    base_cents BIGINT,
    uplift_pct NUMERIC(9, 4),
    amount_cents BIGINT NOT NULL,
    tariff TEXT,
    corrects TEXT,
    taken_back BOOLEAN NOT NULL,
    undated BOOLEAN NOT NULL,
    qualite TEXT,
    CONSTRAINT pk_statement_lines PRIMARY KEY (statement_id, line_no),
    CONSTRAINT fk_statement_lines_statement_id_convention FOREIGN KEY(statement_id, convention) REFERENCES statements (statement_id, convention),
    CONSTRAINT uq_statement_lines_statement_id_reference_association_p_119c UNIQUE (statement_id, reference, association, prestation, act_date, nth),
    CONSTRAINT ck_statement_lines_prestation CHECK (prestation IN ('PEC', 'CAR', 'REO', 'PSY', 'JUR', 'SOC')),
    CONSTRAINT ck_statement_lines_kind CHECK (kind IN ('courant', 'rattrapage', 'regularisation', 'reprise')),
    CONSTRAINT ck_statement_lines_corrects CHECK ((kind = 'regularisation') = (corrects IS NOT NULL)),
    CONSTRAINT ck_statement_lines_amount CHECK (kind = 'regularisation' OR amount_cents >= 0),
    CONSTRAINT ck_statement_lines_nth CHECK (nth >= 1),
    CONSTRAINT fk_statement_lines_corrects FOREIGN KEY(corrects) REFERENCES statements (number)
)
;;
CREATE UNIQUE INDEX uq_statement_lines_first_statement ON statement_lines (convention, reference, association, prestation, act_date, nth) WHERE kind != 'regularisation'
;;
CREATE UNIQUE INDEX uq_statement_lines_one_pec_car_reo ON statement_lines (convention, reference, association, prestation) WHERE kind != 'regularisation' AND prestation IN ('PEC', 'CAR', 'REO')
;;
COMMENT ON TABLE statement_lines IS 'One row per line of a finalised statement or of a take-over; amounts as on it, signed. Immutable.'
;;
CREATE TABLE statement_not_paid (
    statement_id BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    reference TEXT NOT NULL,
    association TEXT NOT NULL,
    prestation TEXT NOT NULL,
    act_date DATE,
    nth INTEGER,
    reason TEXT NOT NULL,
    CONSTRAINT pk_statement_not_paid PRIMARY KEY (statement_id, line_no),
    CONSTRAINT fk_statement_not_paid_statement_id FOREIGN KEY(statement_id) REFERENCES statements (statement_id)
)
;;
COMMENT ON TABLE statement_not_paid IS 'One row per act that a finalised statement lists as not paid, and reason. Immutable.'
;;
CREATE TABLE statement_payees (
    statement_id BIGINT NOT NULL,
    payee TEXT NOT NULL,
    total_cents BIGINT NOT NULL,
    carried_in_cents BIGINT NOT NULL,
    payable_cents BIGINT NOT NULL,
    carried_out_cents BIGINT NOT NULL,
    CONSTRAINT pk_statement_payees PRIMARY KEY (statement_id, payee),
    CONSTRAINT ck_statement_payees_adds_up CHECK (total_cents + carried_in_cents = payable_cents + carried_out_cents),
    CONSTRAINT ck_statement_payees_signs CHECK (payable_cents >= 0 AND carried_out_cents <= 0 AND carried_in_cents <= 0),
    CONSTRAINT ck_statement_payees_one_way CHECK (payable_cents = 0 OR carried_out_cents = 0),
    CONSTRAINT fk_statement_payees_statement_id FOREIGN KEY(statement_id) REFERENCES statements (statement_id)
)
;;
COMMENT ON TABLE statement_payees IS 'One row per payee of a finalised statement: what it owes, with what was carried. Immutable.'
;;
CREATE TABLE payee_states (
    statement_id BIGINT NOT NULL,
    payee TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payee_states PRIMARY KEY (statement_id, payee),
    CONSTRAINT fk_payee_states_statement_id_payee FOREIGN KEY(statement_id, payee) REFERENCES statement_payees (statement_id, payee),
    CONSTRAINT ck_payee_states_state CHECK (state IN ('a_payer', 'bloque', 'transmis', 'rejete', 'paye')),
    CONSTRAINT ck_payee_states_why CHECK (state <> 'bloque' OR why IS NOT NULL)
)
;;
COMMENT ON TABLE payee_states IS 'One row per payee of a finalised statement: where its payment stands. Each change goes to audit too.'
;;
CREATE TABLE payment_items (
    batch_id BIGINT NOT NULL,
    statement_id BIGINT NOT NULL,
    payee TEXT NOT NULL,
    beneficiary TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    iban TEXT NOT NULL,
    bic TEXT,
    titulaire TEXT NOT NULL,
    state TEXT NOT NULL,
    returned_code TEXT,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payment_items PRIMARY KEY (batch_id, payee),
    CONSTRAINT fk_payment_items_statement_id_payee FOREIGN KEY(statement_id, payee) REFERENCES statement_payees (statement_id, payee),
    CONSTRAINT ck_payment_items_state CHECK (state IN ('transmis', 'rejete', 'paye')),
    CONSTRAINT uq_payment_items_end_to_end_id UNIQUE (end_to_end_id),
    CONSTRAINT ck_payment_items_amount CHECK (amount_cents > 0),
    CONSTRAINT fk_payment_items_batch_id FOREIGN KEY(batch_id) REFERENCES payment_batches (batch_id)
)
;;
CREATE UNIQUE INDEX uq_payment_items_one_open ON payment_items (statement_id, payee) WHERE state != 'rejete'
;;
COMMENT ON TABLE payment_items IS 'One row per payee of a batch, with the bank details it was sent to.'
;;
CREATE TABLE receivables (
    receivable_id BIGINT GENERATED ALWAYS AS IDENTITY,
    statement_id BIGINT NOT NULL,
    payee TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    why TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    settled_by TEXT,
    how_settled TEXT,
    CONSTRAINT pk_receivables PRIMARY KEY (receivable_id),
    CONSTRAINT fk_receivables_statement_id_payee FOREIGN KEY(statement_id, payee) REFERENCES statement_payees (statement_id, payee),
    CONSTRAINT uq_receivables_statement_id_payee UNIQUE (statement_id, payee),
    CONSTRAINT ck_receivables_why CHECK (why IN ('convention_terminee', 'association_disparue')),
    CONSTRAINT ck_receivables_amount CHECK (amount_cents > 0),
    CONSTRAINT ck_receivables_settled CHECK ((settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (how_settled IS NULL))
)
;;
COMMENT ON TABLE receivables IS 'One row per balance of a statement that no later one can recover: an order to repay. It goes on being carried, as the sum still owed, until settled; that of the convention''s last statement stands.'
;;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_NARGS = 1 AND current_setting('saisines.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
;;
CREATE FUNCTION refuse_other_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := TG_ARGV;
BEGIN
    IF current_setting('saisines.purge', true) = 'on' THEN
        free := free || (SELECT array_agg(substr(one, 7)) FROM unnest(free) AS one WHERE one LIKE 'purge:%');
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '%: only % may change', TG_TABLE_NAME, TG_ARGV USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
;;
CREATE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> NEW.status AND (OLD.status || '>' || NEW.status) NOT IN (
        'brouillon>soumis', 'soumis>approuve', 'soumis>brouillon', 'approuve>brouillon', 'approuve>finalise',
        'received>withdrawn', 'en_attente>applique', 'en_attente>abandonne'
    ) THEN
        RAISE EXCEPTION '%: % to % refused', TG_TABLE_NAME, OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
;;
CREATE FUNCTION statement_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines record; payees record; unpaid bigint;
BEGIN
    SELECT count(*) AS n, coalesce(sum(amount_cents), 0) AS cents INTO lines
    FROM statement_lines WHERE statement_id = NEW.statement_id;
    SELECT count(*) AS n, coalesce(sum(total_cents), 0) AS cents INTO payees
    FROM statement_payees WHERE statement_id = NEW.statement_id;
    SELECT count(*) INTO unpaid FROM statement_not_paid WHERE statement_id = NEW.statement_id;
    IF lines.n <> NEW.line_count OR payees.n <> NEW.payee_count OR unpaid <> NEW.not_paid_count
        OR lines.cents <> NEW.total_cents OR (NEW.kind = 'releve' AND payees.cents <> NEW.total_cents) THEN
        RAISE EXCEPTION 'statement %: its rows do not add up to its header', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
;;
CREATE FUNCTION statement_takes_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    full_one text;
BEGIN
    EXECUTE format(
        'SELECT s.number FROM statements s JOIN (SELECT DISTINCT statement_id FROM added) a USING (statement_id) '
        'WHERE (SELECT count(*) FROM %I r WHERE r.statement_id = s.statement_id) > s.%I LIMIT 1', TG_TABLE_NAME, TG_ARGV[0]
    ) INTO full_one;
    IF full_one IS NOT NULL THEN
        RAISE EXCEPTION 'statement % is finalised: % takes no more rows', full_one, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
;;
CREATE FUNCTION rows_have_a_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT delivery_id FROM added) a LEFT JOIN deliveries d USING (delivery_id)
        WHERE d.delivery_id IS NULL OR d.status = 'failed'
    ) THEN
        RAISE EXCEPTION '%: rows of a delivery that is not there, or failed', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
;;
CREATE FUNCTION statement_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'releve' AND NEW.place <> 1 + (
        SELECT count(*) FROM statements
        WHERE kind = 'releve' AND convention = NEW.convention AND civil_year = NEW.civil_year
    ) THEN
        RAISE EXCEPTION 'statement %: its number leaves a gap', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
;;
CREATE TRIGGER convention_files_kept BEFORE UPDATE OR DELETE ON convention_files FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE convention_files ENABLE ALWAYS TRIGGER convention_files_kept
;;
CREATE TRIGGER delivery_checks_kept BEFORE UPDATE OR DELETE ON delivery_checks FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE delivery_checks ENABLE ALWAYS TRIGGER delivery_checks_kept
;;
CREATE TRIGGER decisions_kept BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE decisions ENABLE ALWAYS TRIGGER decisions_kept
;;
CREATE TRIGGER decision_bases_kept BEFORE UPDATE OR DELETE ON decision_bases FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE decision_bases ENABLE ALWAYS TRIGGER decision_bases_kept
;;
CREATE TRIGGER draft_events_kept BEFORE UPDATE OR DELETE ON draft_events FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE draft_events ENABLE ALWAYS TRIGGER draft_events_kept
;;
CREATE TRIGGER statements_kept BEFORE UPDATE OR DELETE ON statements FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statements ENABLE ALWAYS TRIGGER statements_kept
;;
CREATE TRIGGER statement_lines_kept BEFORE UPDATE OR DELETE ON statement_lines FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_lines ENABLE ALWAYS TRIGGER statement_lines_kept
;;
CREATE TRIGGER statement_not_paid_kept BEFORE UPDATE OR DELETE ON statement_not_paid FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_not_paid ENABLE ALWAYS TRIGGER statement_not_paid_kept
;;
CREATE TRIGGER statement_payees_kept BEFORE UPDATE OR DELETE ON statement_payees FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_payees ENABLE ALWAYS TRIGGER statement_payees_kept
;;
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_kept
;;
CREATE TRIGGER refused_rows_kept BEFORE UPDATE OR DELETE ON refused_rows FOR EACH ROW EXECUTE FUNCTION refuse_change('purge')
;;
ALTER TABLE refused_rows ENABLE ALWAYS TRIGGER refused_rows_kept
;;
CREATE TRIGGER refused_row_outcomes_kept BEFORE UPDATE OR DELETE ON refused_row_outcomes FOR EACH ROW EXECUTE FUNCTION refuse_change('purge')
;;
ALTER TABLE refused_row_outcomes ENABLE ALWAYS TRIGGER refused_row_outcomes_kept
;;
CREATE TRIGGER readings_kept BEFORE UPDATE OR DELETE ON readings FOR EACH ROW EXECUTE FUNCTION refuse_change('purge')
;;
ALTER TABLE readings ENABLE ALWAYS TRIGGER readings_kept
;;
CREATE TRIGGER deliveries_kept BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('status', 'withdrawn_at', 'withdrawn_by', 'withdrawn_reason', 'purge:landed', 'purge:file_name', 'purge:key_id')
;;
ALTER TABLE deliveries ENABLE ALWAYS TRIGGER deliveries_kept
;;
CREATE TRIGGER deliveries_never_deleted BEFORE DELETE ON deliveries FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE deliveries ENABLE ALWAYS TRIGGER deliveries_never_deleted
;;
CREATE TRIGGER bank_details_kept BEFORE UPDATE ON bank_details FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('confirmed_at', 'confirmed_by', 'how_checked')
;;
ALTER TABLE bank_details ENABLE ALWAYS TRIGGER bank_details_kept
;;
CREATE TRIGGER bank_details_never_deleted BEFORE DELETE ON bank_details FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE bank_details ENABLE ALWAYS TRIGGER bank_details_never_deleted
;;
CREATE TRIGGER convention_sets_kept BEFORE UPDATE ON convention_sets FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('status', 'applied_at', 'applied_by')
;;
ALTER TABLE convention_sets ENABLE ALWAYS TRIGGER convention_sets_kept
;;
CREATE TRIGGER convention_sets_never_deleted BEFORE DELETE ON convention_sets FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE convention_sets ENABLE ALWAYS TRIGGER convention_sets_never_deleted
;;
CREATE TRIGGER drafts_kept BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('status')
;;
ALTER TABLE drafts ENABLE ALWAYS TRIGGER drafts_kept
;;
CREATE TRIGGER drafts_never_deleted BEFORE DELETE ON drafts FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE drafts ENABLE ALWAYS TRIGGER drafts_never_deleted
;;
CREATE TRIGGER receivables_kept BEFORE UPDATE ON receivables FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('settled_at', 'settled_by', 'how_settled')
;;
ALTER TABLE receivables ENABLE ALWAYS TRIGGER receivables_kept
;;
CREATE TRIGGER receivables_never_deleted BEFORE DELETE ON receivables FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE receivables ENABLE ALWAYS TRIGGER receivables_never_deleted
;;
CREATE TRIGGER payee_states_kept BEFORE UPDATE ON payee_states FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('state', 'why', 'changed_at')
;;
ALTER TABLE payee_states ENABLE ALWAYS TRIGGER payee_states_kept
;;
CREATE TRIGGER payee_states_never_deleted BEFORE DELETE ON payee_states FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payee_states ENABLE ALWAYS TRIGGER payee_states_never_deleted
;;
CREATE TRIGGER payment_batches_kept BEFORE UPDATE ON payment_batches FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('file_sha256')
;;
ALTER TABLE payment_batches ENABLE ALWAYS TRIGGER payment_batches_kept
;;
CREATE TRIGGER payment_batches_never_deleted BEFORE DELETE ON payment_batches FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payment_batches ENABLE ALWAYS TRIGGER payment_batches_never_deleted
;;
CREATE TRIGGER payment_items_kept BEFORE UPDATE ON payment_items FOR EACH ROW EXECUTE FUNCTION refuse_other_columns('state', 'returned_code', 'changed_at')
;;
ALTER TABLE payment_items ENABLE ALWAYS TRIGGER payment_items_kept
;;
CREATE TRIGGER payment_items_never_deleted BEFORE DELETE ON payment_items FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payment_items ENABLE ALWAYS TRIGGER payment_items_never_deleted
;;
CREATE TRIGGER convention_files_never_emptied BEFORE TRUNCATE ON convention_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE convention_files ENABLE ALWAYS TRIGGER convention_files_never_emptied
;;
CREATE TRIGGER delivery_checks_never_emptied BEFORE TRUNCATE ON delivery_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE delivery_checks ENABLE ALWAYS TRIGGER delivery_checks_never_emptied
;;
CREATE TRIGGER decisions_never_emptied BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE decisions ENABLE ALWAYS TRIGGER decisions_never_emptied
;;
CREATE TRIGGER decision_bases_never_emptied BEFORE TRUNCATE ON decision_bases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE decision_bases ENABLE ALWAYS TRIGGER decision_bases_never_emptied
;;
CREATE TRIGGER draft_events_never_emptied BEFORE TRUNCATE ON draft_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE draft_events ENABLE ALWAYS TRIGGER draft_events_never_emptied
;;
CREATE TRIGGER statements_never_emptied BEFORE TRUNCATE ON statements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statements ENABLE ALWAYS TRIGGER statements_never_emptied
;;
CREATE TRIGGER statement_lines_never_emptied BEFORE TRUNCATE ON statement_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_lines ENABLE ALWAYS TRIGGER statement_lines_never_emptied
;;
CREATE TRIGGER statement_not_paid_never_emptied BEFORE TRUNCATE ON statement_not_paid FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_not_paid ENABLE ALWAYS TRIGGER statement_not_paid_never_emptied
;;
CREATE TRIGGER statement_payees_never_emptied BEFORE TRUNCATE ON statement_payees FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE statement_payees ENABLE ALWAYS TRIGGER statement_payees_never_emptied
;;
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_never_emptied
;;
CREATE TRIGGER refused_rows_never_emptied BEFORE TRUNCATE ON refused_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE refused_rows ENABLE ALWAYS TRIGGER refused_rows_never_emptied
;;
CREATE TRIGGER refused_row_outcomes_never_emptied BEFORE TRUNCATE ON refused_row_outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE refused_row_outcomes ENABLE ALWAYS TRIGGER refused_row_outcomes_never_emptied
;;
CREATE TRIGGER readings_never_emptied BEFORE TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE readings ENABLE ALWAYS TRIGGER readings_never_emptied
;;
CREATE TRIGGER deliveries_never_emptied BEFORE TRUNCATE ON deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE deliveries ENABLE ALWAYS TRIGGER deliveries_never_emptied
;;
CREATE TRIGGER bank_details_never_emptied BEFORE TRUNCATE ON bank_details FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE bank_details ENABLE ALWAYS TRIGGER bank_details_never_emptied
;;
CREATE TRIGGER convention_sets_never_emptied BEFORE TRUNCATE ON convention_sets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE convention_sets ENABLE ALWAYS TRIGGER convention_sets_never_emptied
;;
CREATE TRIGGER drafts_never_emptied BEFORE TRUNCATE ON drafts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE drafts ENABLE ALWAYS TRIGGER drafts_never_emptied
;;
CREATE TRIGGER receivables_never_emptied BEFORE TRUNCATE ON receivables FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE receivables ENABLE ALWAYS TRIGGER receivables_never_emptied
;;
CREATE TRIGGER payee_states_never_emptied BEFORE TRUNCATE ON payee_states FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payee_states ENABLE ALWAYS TRIGGER payee_states_never_emptied
;;
CREATE TRIGGER payment_batches_never_emptied BEFORE TRUNCATE ON payment_batches FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payment_batches ENABLE ALWAYS TRIGGER payment_batches_never_emptied
;;
CREATE TRIGGER payment_items_never_emptied BEFORE TRUNCATE ON payment_items FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE payment_items ENABLE ALWAYS TRIGGER payment_items_never_emptied
;;
CREATE TRIGGER drafts_forward BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION refuse_step_back()
;;
ALTER TABLE drafts ENABLE ALWAYS TRIGGER drafts_forward
;;
CREATE TRIGGER deliveries_forward BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION refuse_step_back()
;;
ALTER TABLE deliveries ENABLE ALWAYS TRIGGER deliveries_forward
;;
CREATE TRIGGER convention_sets_forward BEFORE UPDATE ON convention_sets FOR EACH ROW EXECUTE FUNCTION refuse_step_back()
;;
ALTER TABLE convention_sets ENABLE ALWAYS TRIGGER convention_sets_forward
;;
CREATE TRIGGER statement_lines_whole AFTER INSERT ON statement_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION statement_takes_no_more('line_count')
;;
ALTER TABLE statement_lines ENABLE ALWAYS TRIGGER statement_lines_whole
;;
CREATE TRIGGER statement_payees_whole AFTER INSERT ON statement_payees REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION statement_takes_no_more('payee_count')
;;
ALTER TABLE statement_payees ENABLE ALWAYS TRIGGER statement_payees_whole
;;
CREATE TRIGGER statement_not_paid_whole AFTER INSERT ON statement_not_paid REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION statement_takes_no_more('not_paid_count')
;;
ALTER TABLE statement_not_paid ENABLE ALWAYS TRIGGER statement_not_paid_whole
;;
CREATE TRIGGER contacts_delivered AFTER INSERT ON contacts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rows_have_a_delivery()
;;
ALTER TABLE contacts ENABLE ALWAYS TRIGGER contacts_delivered
;;
CREATE TRIGGER fiches_delivered AFTER INSERT ON fiches REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rows_have_a_delivery()
;;
ALTER TABLE fiches ENABLE ALWAYS TRIGGER fiches_delivered
;;
CREATE TRIGGER sessions_delivered AFTER INSERT ON sessions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rows_have_a_delivery()
;;
ALTER TABLE sessions ENABLE ALWAYS TRIGGER sessions_delivered
;;
CREATE TRIGGER statements_follow BEFORE INSERT ON statements FOR EACH ROW EXECUTE FUNCTION statement_follows()
;;
ALTER TABLE statements ENABLE ALWAYS TRIGGER statements_follow
;;
CREATE CONSTRAINT TRIGGER statements_add_up AFTER INSERT ON statements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statement_adds_up()
;;
ALTER TABLE statements ENABLE ALWAYS TRIGGER statements_add_up
;;
CREATE TABLE funder_issues (
    issue_id BIGINT GENERATED ALWAYS AS IDENTITY,
    convention TEXT NOT NULL,
    quarter TEXT NOT NULL,
    statement_id BIGINT,
    cutoff DATE NOT NULL,
    issue JSONB NOT NULL,
    snapshot BYTEA,
    published_by TEXT NOT NULL,
    account TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_funder_issues PRIMARY KEY (issue_id),
    CONSTRAINT uq_funder_issues_convention_quarter UNIQUE (convention, quarter),
    CONSTRAINT ck_funder_issues_basis CHECK ((statement_id IS NULL) = (snapshot IS NOT NULL)),
    CONSTRAINT fk_funder_issues_statement_id FOREIGN KEY(statement_id) REFERENCES statements (statement_id)
)
;;
COMMENT ON TABLE funder_issues IS 'One row per quarter of a convention reported to its funder: the cells as published, masks included (null), and the statement they were published with; its snapshot stands here when nothing was to be stated. Immutable.'
;;
CREATE TABLE reminders (
    reminder_id BIGINT GENERATED ALWAYS AS IDENTITY,
    association TEXT NOT NULL,
    as_of DATE NOT NULL,
    awaited INTEGER NOT NULL,
    state TEXT NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_reminders PRIMARY KEY (reminder_id),
    CONSTRAINT uq_reminders_association_as_of UNIQUE (association, as_of),
    CONSTRAINT ck_reminders_awaited CHECK (awaited > 0)
)
;;
COMMENT ON TABLE reminders IS 'One row per reminder sent to an association: of which day, how many fiches, and a fingerprint of which. Append-only.'
;;
CREATE TRIGGER funder_issues_kept BEFORE UPDATE OR DELETE ON funder_issues FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE funder_issues ENABLE ALWAYS TRIGGER funder_issues_kept
;;
CREATE TRIGGER funder_issues_never_emptied BEFORE TRUNCATE ON funder_issues FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE funder_issues ENABLE ALWAYS TRIGGER funder_issues_never_emptied
;;
CREATE TRIGGER reminders_kept BEFORE UPDATE OR DELETE ON reminders FOR EACH ROW EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE reminders ENABLE ALWAYS TRIGGER reminders_kept
;;
CREATE TRIGGER reminders_never_emptied BEFORE TRUNCATE ON reminders FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE reminders ENABLE ALWAYS TRIGGER reminders_never_emptied
;;
CREATE TABLE job_runs (
    job_run_id BIGINT GENERATED ALWAYS AS IDENTITY,
    job TEXT NOT NULL,
    outcome TEXT NOT NULL,
    counts JSONB NOT NULL,
    duration_ms BIGINT NOT NULL,
    ran_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_job_runs PRIMARY KEY (job_run_id),
    CONSTRAINT ck_job_runs_outcome CHECK (outcome IN ('done', 'failed')),
    CONSTRAINT ck_job_runs_duration CHECK (duration_ms >= 0)
)
;;
COMMENT ON TABLE job_runs IS 'One row per run of a job, by whomever: what it counted, how long it took, whether it ended well.'
;;
CREATE INDEX ix_job_runs_job ON job_runs (job, ran_at)
;;
CREATE TABLE notices (
    notice_id BIGINT GENERATED ALWAYS AS IDENTITY,
    key TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail JSONB NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notices PRIMARY KEY (notice_id),
    CONSTRAINT ck_notices_role CHECK (role IN ('coordination', 'finance', 'data', 'psychologue')),
    CONSTRAINT uq_notices_role_key UNIQUE (role, key)
)
;;
COMMENT ON TABLE notices IS 'One row per thing to tell to a role, once: its key says what it is about, told_at when a mail server took it.'
;;
CREATE TABLE support_outcomes (
    support_outcome_id BIGINT GENERATED ALWAYS AS IDENTITY,
    reference TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_name TEXT NOT NULL,
    account TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_support_outcomes PRIMARY KEY (support_outcome_id),
    CONSTRAINT ck_support_outcomes_outcome CHECK (outcome IN ('en_cours', 'association', 'referent', 'autre_aide', 'renonce', 'injoignable')),
    CONSTRAINT ck_support_outcomes_author_and_reason CHECK (btrim(by_name) <> '' AND btrim(reason) <> '')
)
;;
COMMENT ON TABLE support_outcomes IS 'One row per outcome that the referent psychologist gives to an impossible support; the last one of a saisine stands.'
;;
CREATE TRIGGER support_outcomes_kept BEFORE UPDATE OR DELETE ON support_outcomes FOR EACH ROW EXECUTE FUNCTION refuse_change('purge')
;;
ALTER TABLE support_outcomes ENABLE ALWAYS TRIGGER support_outcomes_kept
;;
CREATE TRIGGER support_outcomes_never_emptied BEFORE TRUNCATE ON support_outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
ALTER TABLE support_outcomes ENABLE ALWAYS TRIGGER support_outcomes_never_emptied
;;
CREATE TABLE pulled_items (
    pulled_item_id BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT NOT NULL,
    item TEXT NOT NULL,
    outcome TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pulled_items PRIMARY KEY (pulled_item_id),
    CONSTRAINT uq_pulled_items_source_item UNIQUE (source, item),
    CONSTRAINT ck_pulled_items_outcome CHECK (outcome IN ('received', 'held', 'failed', 'nothing')),
    CONSTRAINT ck_pulled_items_item CHECK (item ~ '^[0-9a-f]{64}$')
)
;;
COMMENT ON TABLE pulled_items IS 'One row per item of a source that was seen: the SHA-256 of its identity there, what became of it.'
;;
CREATE TABLE source_positions (
    source TEXT NOT NULL,
    cursor TEXT,
    pulled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_source_positions PRIMARY KEY (source)
)
;;
COMMENT ON TABLE source_positions IS 'One row per source: where its list was left, and when it was last read to its end.'
;;
CREATE TABLE held_files (
    held_file_id BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    said TEXT,
    believed BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    sha256 TEXT,
    landed TEXT,
    size_bytes BIGINT,
    received_on DATE NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT,
    association TEXT,
    settled_by TEXT,
    settled_reason TEXT,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_held_files PRIMARY KEY (held_file_id),
    CONSTRAINT ck_held_files_kind CHECK (kind IN ('journal', 'fiches')),
    CONSTRAINT ck_held_files_outcome CHECK (outcome IN ('attributed', 'discarded')),
    CONSTRAINT ck_held_files_settled_said CHECK ((outcome IS NULL) = (settled_by IS NULL AND settled_reason IS NULL AND settled_at IS NULL)),
    CONSTRAINT ck_held_files_association_said CHECK ((outcome = 'attributed') = (association IS NOT NULL)),
    CONSTRAINT ck_held_files_landed CHECK ((sha256 IS NULL) = (landed IS NULL))
)
;;
COMMENT ON TABLE held_files IS 'One row per fetched file that is held: whose it is is not known or not believed; then who settled it, and why.'

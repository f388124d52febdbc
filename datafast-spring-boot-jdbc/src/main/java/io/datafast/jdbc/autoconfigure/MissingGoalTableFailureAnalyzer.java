/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.jdbc.autoconfigure;

import io.datafast.jdbc.MissingGoalTableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to get the table that goals are stored in.
 */
final class MissingGoalTableFailureAnalyzer extends AbstractFailureAnalyzer<MissingGoalTableException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingGoalTableException cause) {
		String reason = (cause.getCause() != null) ? cause.getCause().getMessage() : "unknown";
		return new FailureAnalysis("Durable delivery stores goals in the table '" + cause.getTable()
				+ "', which does not exist, lacks a column, or may not be read.\n\n    Reason: " + reason + "\n",
				"Create it with the script for your database, for instance as a Flyway or Liquibase migration:"
						+ " classpath:io/datafast/jdbc/schema-{postgresql,mysql,h2,sqlserver,oracle}.sql\n"
						+ "Or set datafast.delivery.jdbc.initialize-schema=always to have it created at start-up.\n"
						+ "If it has another name, set datafast.delivery.jdbc.table-name.\n"
						+ "Or set datafast.delivery.mode=memory to keep goals in memory.",
				cause);
	}

}

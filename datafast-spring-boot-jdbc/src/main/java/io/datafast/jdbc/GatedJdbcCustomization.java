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

package io.datafast.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.task.Execution;
import io.datafast.delivery.DeliveryGate;

/**
 * Lets db-scheduler find no more goals than the {@link DeliveryGate} lets through, so
 * that an outage of DataFast neither changes rows nor fills the memory with them.
 */
final class GatedJdbcCustomization implements JdbcCustomization {

	private final JdbcCustomization delegate;

	private final DeliveryGate gate;

	GatedJdbcCustomization(JdbcCustomization delegate, DeliveryGate gate) {
		this.delegate = delegate;
		this.gate = gate;
	}

	@Override
	public List<Execution> lockAndFetchSingleStatement(JdbcTaskRepositoryContext context, Instant now, int limit,
			boolean orderByPriority) {
		int admitted = Math.min(limit, this.gate.availablePermits());
		return (admitted > 0) ? this.delegate.lockAndFetchSingleStatement(context, now, admitted, orderByPriority)
				: List.of();
	}

	@Override
	public String createSelectDueQuery(String tableName, int limit, String andCondition, boolean orderByPriority) {
		int admitted = Math.min(limit, this.gate.availablePermits());
		return (admitted > 0) ? this.delegate.createSelectDueQuery(tableName, admitted, andCondition, orderByPriority)
				: this.delegate.createSelectDueQuery(tableName, 1, andCondition + " and 1 = 0 ", orderByPriority);
	}

	@Override
	public String createGenericSelectForUpdateQuery(String tableName, int limit, String requiredAndCondition,
			boolean orderByPriority) {
		return this.delegate.createGenericSelectForUpdateQuery(tableName, limit, requiredAndCondition, orderByPriority);
	}

	@Override
	public String getName() {
		return this.delegate.getName();
	}

	@Override
	public void setInstant(PreparedStatement statement, int index, Instant value) throws SQLException {
		this.delegate.setInstant(statement, index, value);
	}

	@Override
	public Instant getInstant(ResultSet resultSet, String columnName) throws SQLException {
		return this.delegate.getInstant(resultSet, columnName);
	}

	@Override
	public void setTaskData(PreparedStatement statement, int index, byte[] value) throws SQLException {
		this.delegate.setTaskData(statement, index, value);
	}

	@Override
	public byte[] getTaskData(ResultSet resultSet, String columnName) throws SQLException {
		return this.delegate.getTaskData(resultSet, columnName);
	}

	@Override
	public boolean supportsExplicitQueryLimitPart() {
		return this.delegate.supportsExplicitQueryLimitPart();
	}

	@Override
	public String getQueryLimitPart(int limit) {
		return this.delegate.getQueryLimitPart(limit);
	}

	@Override
	public boolean supportsSingleStatementLockAndFetch() {
		return this.delegate.supportsSingleStatementLockAndFetch();
	}

	@Override
	public boolean supportsGenericLockAndFetch() {
		return this.delegate.supportsGenericLockAndFetch();
	}

}

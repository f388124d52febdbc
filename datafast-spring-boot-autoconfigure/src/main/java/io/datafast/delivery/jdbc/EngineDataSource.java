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

package io.datafast.delivery.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Tells that there was no connection apart from all that can go wrong on one: the engine
 * wraps every {@link SQLException} in the same way.
 */
final class EngineDataSource extends DelegatingDataSource {

	EngineDataSource(DataSource dataSource) {
		super(dataSource);
	}

	@Override
	public Connection getConnection() {
		try {
			return super.getConnection();
		}
		catch (SQLException ex) {
			throw new CannotGetJdbcConnectionException("There is no connection to the database", ex);
		}
	}

}

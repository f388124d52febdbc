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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Creates the table that goals are stored in, and its indexes, as far as they do not
 * exist. For a database with migrations, copying the script to the other migrations is
 * the better way. Start-up fails if there is no table after all migrations.
 */
final class GoalTableInitializer extends DataSourceScriptDatabaseInitializer implements SmartInitializingSingleton {

	private static final String TABLE_NAME = "datafast_goals";

	private final String tableName;

	private final boolean enabled;

	/**
	 * Create an initializer.
	 * @param dataSource the database
	 * @param properties name the table
	 * @param enabled whether DataFast is on, and the table is needed
	 */
	GoalTableInitializer(DataSource dataSource, DataFastJdbcProperties properties, boolean enabled) {
		super(dataSource,
				settings(dataSource, enabled ? properties.initializeSchema() : DatabaseInitializationMode.NEVER));
		this.tableName = properties.tableName();
		this.enabled = enabled;
	}

	DataSource dataSource() {
		return getDataSource();
	}

	private static DatabaseInitializationSettings settings(DataSource dataSource, DatabaseInitializationMode mode) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setMode(mode);
		if (mode != DatabaseInitializationMode.NEVER) {
			settings.setSchemaLocations(
					new PlatformPlaceholderDatabaseDriverResolver().withDriverPlatform(DatabaseDriver.MARIADB, "mysql")
						.resolveAll(dataSource, "optional:classpath:io/datafast/jdbc/schema-@@platform@@.sql"));
		}
		// Some databases know no "if not exists", and another node may be faster.
		settings.setContinueOnError(true);
		return settings;
	}

	@Override
	protected void runScripts(Scripts scripts) {
		List<Resource> renamed = new ArrayList<>();
		scripts.forEach((script) -> renamed.add(withTableName(script)));
		super.runScripts(new Scripts(renamed).continueOnError(scripts.isContinueOnError())
			.separator(scripts.getSeparator())
			.encoding(scripts.getEncoding()));
	}

	/**
	 * Indexes are named like the table, but without its schema.
	 */
	private Resource withTableName(Resource script) {
		try {
			String simpleName = this.tableName.substring(this.tableName.indexOf('.') + 1);
			String sql = script.getContentAsString(StandardCharsets.UTF_8)
				.replaceAll("\\b" + TABLE_NAME + "_", simpleName + "_")
				.replaceAll("\\b" + TABLE_NAME + "\\b", this.tableName);
			return new ByteArrayResource(sql.getBytes(StandardCharsets.UTF_8), script.getDescription());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!this.enabled) {
			return;
		}
		try {
			new JdbcTemplate(getDataSource())
				.execute("select task_name, task_instance, task_data, execution_time, picked, picked_by, last_success,"
						+ " last_failure, consecutive_failures, last_heartbeat, version from " + this.tableName
						+ " where 1 = 0");
		}
		catch (TransientDataAccessException | NonTransientDataAccessResourceException
				| RecoverableDataAccessException ex) {
			throw ex;
		}
		catch (DataAccessException ex) {
			throw new InvalidDataFastPropertiesException(List.of(new Violation("datafast.delivery.jdbc.table-name",
					this.tableName,
					"is the name of the table that goals are stored in, which does not exist, lacks a column,"
							+ " or may not be read: " + ex.getMostSpecificCause().getMessage(),
					"Create the table with the script for your database, for instance as a Flyway or Liquibase"
							+ " migration: classpath:io/datafast/jdbc/schema-{postgresql,mysql,h2,sqlserver,oracle}.sql\n"
							+ "Or set datafast.delivery.jdbc.initialize-schema=always to have it created at"
							+ " start-up.\nOr set datafast.delivery.mode=memory to keep goals in memory.")));
		}
	}

}

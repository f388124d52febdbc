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

import java.sql.DatabaseMetaData;
import java.util.Map;
import java.util.function.Function;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.MssqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.OracleJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Where goals are stored: a table in a database. Creating an instance does not connect to
 * the database.
 */
public final class GoalStore {

	private static final String JTA_TRANSACTION_MANAGER = "org.springframework.transaction.jta.JtaTransactionManager";

	private final DataSource dataSource;

	private final @Nullable PlatformTransactionManager globalTransactionManager;

	private final String tableName;

	private final StoredGoalFormat format;

	private @Nullable Database database;

	/**
	 * Create a store.
	 * @param dataSource the database. Goals that are tracked in a transaction of this
	 * {@code DataSource} are part of it.
	 * @param transactionManager the application's transaction manager, or {@code null};
	 * it matters only if it manages transactions over several resources (JTA)
	 * @param tableName the table's name, possibly with a schema; it is used in SQL as it
	 * is
	 * @param writer writes a map of strings, nulls and maps of strings as a JSON object
	 * @param reader reads what the writer has written; gives {@code null} for anything
	 * else
	 */
	public GoalStore(DataSource dataSource, @Nullable PlatformTransactionManager transactionManager, String tableName,
			Function<Map<String, ?>, byte[]> writer, Function<byte[], @Nullable Map<?, ?>> reader) {
		this.dataSource = withoutProxy(dataSource);
		this.globalTransactionManager = isGlobal(transactionManager) ? transactionManager : null;
		this.tableName = tableName;
		this.format = new StoredGoalFormat(writer, reader);
	}

	/**
	 * By the name, since the class cannot be loaded without the JTA API.
	 */
	private static boolean isGlobal(@Nullable PlatformTransactionManager transactionManager) {
		Class<?> type = (transactionManager != null) ? transactionManager.getClass() : null;
		while (type != null && !JTA_TRANSACTION_MANAGER.equals(type.getName())) {
			type = type.getSuperclass();
		}
		return type != null;
	}

	private static DataSource withoutProxy(DataSource dataSource) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy) ? proxy.getTargetDataSource()
				: null;
		return (target != null) ? target : dataSource;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	String tableName() {
		return this.tableName;
	}

	StoredGoalFormat format() {
		return this.format;
	}

	/**
	 * Connect, unless that has been done, and find out what database it is.
	 * @throws IllegalStateException if that fails
	 */
	synchronized Database database() {
		if (this.database == null) {
			String product = product(this.dataSource);
			this.database = new Database(product, dialect(product));
		}
		return this.database;
	}

	/**
	 * The engine would find out by itself, with another connection, and take the default
	 * if it gets none.
	 */
	private static JdbcCustomization dialect(String product) {
		if (Database.isMySql(product)) {
			return new MySqlJdbcCustomization();
		}
		return switch (product) {
			case "PostgreSQL" -> new PostgreSqlJdbcCustomization(false, false);
			case "Microsoft SQL Server" -> new MssqlJdbcCustomization(true);
			default ->
				product.contains("Oracle") ? new OracleJdbcCustomization(false) : new DefaultJdbcCustomization(false);
		};
	}

	private static String product(DataSource dataSource) {
		try {
			return JdbcUtils.extractDatabaseMetaData(dataSource, DatabaseMetaData::getDatabaseProductName);
		}
		catch (MetaDataAccessException ex) {
			throw new IllegalStateException("Goals cannot be stored: there is no connection to the database", ex);
		}
	}

	GoalTable table() {
		return new GoalTable(this.tableName, this.dataSource, database().dialect(), this.format);
	}

	GoalWriter writer(GoalTable table) {
		return new GoalWriter(this.dataSource, table, this.globalTransactionManager, database());
	}

	/**
	 * A database.
	 *
	 * @param product its name
	 * @param dialect what the engine has to know about it
	 */
	record Database(String product, JdbcCustomization dialect) {

		boolean isPostgreSql() {
			return "PostgreSQL".equals(this.product);
		}

		/**
		 * Or MariaDB.
		 */
		boolean isMySql() {
			return isMySql(this.product);
		}

		private static boolean isMySql(String product) {
			return product.contains("MySQL") || product.contains("MariaDB");
		}

	}

}
